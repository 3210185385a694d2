#!/usr/bin/env bash
# Sets up, builds and starts the broker with a cluster, then plays one lifecycle through the public HTTP API:
# ticket, request, consent, access allowed, expiry, access denied, journal.
. "$(dirname "$0")/setup.sh"
. "$root/scripts/functions-host.sh"
. "$root/scripts/lifecycle.sh"

usage() {
    cat <<'TEXT'
usage: ./scripts/run.sh [options]
  --once              play the lifecycle and exit: 0 only if every step held; leaves no binding
  --serve             serve without playing
  --host KIND         server (default) or functions: the Azure Functions host, with Azurite (see the README)
  --journal KIND      sqlite (default) or azurite (the Table Storage emulator, installed and started here)
  --window 20s        length of the access window, in s, m or h
  --port N            the broker's port on 127.0.0.1 (default 7480; DevCluster takes N+1, Azurite N+2 to N+4)
  --data DIR          where everything is kept (default .run)
  --kubeconfig FILE   a real cluster instead of DevCluster, by its current context; the rights of infra/kubernetes/base are enough
  --installation NAME the label of its bindings (default: local; with --kubeconfig aksarcjit, as infra/kubernetes/base allows)
TEXT
}

mode=play host=server journal=sqlite window=20s port=7480 data=$root/.run kubeconfig= installation=
while [ $# -gt 0 ]; do
    case $1 in
        --once) mode=once ;;
        --serve) mode=serve ;;
        --host | --journal | --window | --port | --data | --kubeconfig | --installation)
            [ $# -gt 1 ] || { usage >&2; die "$1 needs a value"; }
            printf -v "${1#--}" '%s' "$2"; shift ;;
        -h | --help) usage; exit 0 ;;
        *) usage >&2; die "unknown option $1" ;;
    esac
    shift
done
[[ $journal = sqlite || $journal = azurite ]] || die "--journal is sqlite or azurite"
[[ $host = server || $host = functions ]] || die "--host is server or functions"
[ "$host" = server ] || journal=azurite
[[ $window =~ ^([1-9][0-9]{0,4})([smh])$ ]] || die "--window is a number and s, m or h, for example 20s"
duration=PT${BASH_REMATCH[1]}${BASH_REMATCH[2]^^}
case ${BASH_REMATCH[2]} in s) seconds=1 ;; m) seconds=60 ;; h) seconds=3600 ;; esac
seconds=$((BASH_REMATCH[1] * seconds))
[[ $port =~ ^[0-9]{4,5}$ ]] && [ "$port" -le 65000 ] || die "--port is a number from 1000 to 65000"
[ -z "$kubeconfig" ] || kubeconfig=$(realpath -e "$kubeconfig") || die "--kubeconfig: no such file"
[ -n "$installation" ] || { [ -n "$kubeconfig" ] && installation=aksarcjit || installation=local; }
[[ $installation =~ ^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$ ]] || die "--installation is a label: 1 to 63 of a-z 0-9 -"

need_dotnet
need curl curl
need jq jq
need kubectl kubernetes-client
[ "$journal" = sqlite ] || need_azurite
[ "$host" = server ] || need_functions_host

mkdir -p "$data"
data=$(realpath "$data")
chmod 700 "$data"
say "Building (the first time takes a minute or two) ..."
for project in src/AksArcJit.Server tests/AksArcJit.DevCluster; do
    dotnet build "$root/$project" -c Release -v quiet --nologo -p:RestoreLockedMode=true >"$data/build.log" 2>&1 \
        || { cat "$data/build.log" >&2; die "the build of $project failed"; }
done

if [ "$host" = functions ]; then
    build_functions >"$data/build.log" 2>&1 || { cat "$data/build.log" >&2; die "the build of src/AksArcJit.Functions failed; not every package source has what it needs."; }
fi

if [ -z "$kubeconfig" ]; then
    start_devcluster $((port + 1))
    kubeconfig=$data/cluster/kubeconfig context=broker contexts='engineer (or broker, admin)'
    as_broker=(kubectl --kubeconfig "$kubeconfig" --context broker)
    # The engineer's own token, as they would use it.
    may() { kubectl --kubeconfig "$kubeconfig" --context engineer auth can-i list pods 2>/dev/null || true; }
    asked="kubectl, as the engineer: may I list pods?"
    say "DevCluster (an in-memory Kubernetes RBAC API, for development) serves https://127.0.0.1:$((port + 1))"
else
    context=$(kubectl --kubeconfig "$kubeconfig" config current-context) || die "the kubeconfig has no current context"
    contexts=$context
    as_broker=(kubectl --kubeconfig "$kubeconfig" --request-timeout=10s)
    # The broker's own rights do for this review; impersonation would take more.
    may() {
        local review
        review=$(jq -n --arg user "$engineer" '{apiVersion: "authorization.k8s.io/v1", kind: "SubjectAccessReview",
            spec: {user: $user, groups: ["system:authenticated"], resourceAttributes: {verb: "list", resource: "pods"}}}' \
            | "${as_broker[@]}" create --raw /apis/authorization.k8s.io/v1/subjectaccessreviews -f - 2>>"$data/kubectl.log" \
            | jq -r .status.allowed) || review=
        case $review in true) echo yes ;; false) echo no ;; *) echo "nothing, see $data/kubectl.log" ;; esac
    }
    asked="the cluster, about the engineer: may they list pods?"
    sample=(create clusterrole aks-service --verb=get,list,watch --resource=pods,pods/log,events,deployments.apps)
    if ! "${as_broker[@]}" get clusterrole aks-service >/dev/null 2>"$data/kubectl.log"; then
        grep -q NotFound "$data/kubectl.log" || { cat "$data/kubectl.log" >&2; die "the cluster of context $context does not answer as it should"; }
        "${as_broker[@]}" "${sample[@]}" >/dev/null 2>"$data/kubectl.log" \
            || { cat "$data/kubectl.log" >&2; die "the cluster has no ClusterRole aks-service, and this kubeconfig may not create one. As an administrator: kubectl ${sample[*]}"; }
        say "The cluster had no ClusterRole aks-service: created a sample one (get, list, watch of pods, logs, events, deployments)."
    fi
    # A broker removes what carries its label and is not in its journal: another's grants must not end because somebody tries this one.
    standing=$("${as_broker[@]}" get clusterrolebindings,rolebindings --all-namespaces -o json \
        -l "app.kubernetes.io/managed-by=aksarcjit,aksarcjit.io/installation=$installation") || die "the bindings of context $context cannot be listed"
    for request in $(jq -r '.items[] | .metadata.annotations["aksarcjit.io/request"] // "without-request" | gsub("[^a-z0-9-]"; "")' <<<"$standing"); do
        compgen -G "$data/outbox/$request-*.json" >/dev/null \
            || die "another broker of installation $installation works in this cluster (its request $request stands), and this one would end its grants; name another with --installation"
    done
fi

if [ "$journal" = azurite ]; then
    # The server needs the tables only; the Functions host keeps its own things in blobs and queues.
    [ "$host" = server ] && service=table/main.js || service=azurite.js
    [ "$host" = server ] && ports=() || ports=(--blobHost 127.0.0.1 --blobPort $((port + 3)) --queueHost 127.0.0.1 --queuePort $((port + 4)))
    start_azurite "$service" $((port + 2)) "${ports[@]}"
    journal_options=$(jq -n --arg connection "$(azurite_connection $((port + 2)))" '{kind: "tables", tables: {connectionString: $connection}}')
else
    journal_options=$(jq -n --arg file "$data/journal.db" '{kind: "sqlite", sqlite: {file: $file}}')
fi
url=http://127.0.0.1:$port
# The Functions host has its address from the platform.
[ "$host" = server ] && listen=$url || listen=
write_options "$kubeconfig" "$context" "$installation" "$journal_options" "$listen"

server=(dotnet "$root/src/AksArcJit.Server/bin/Release/net10.0/AksArcJit.Server.dll")
if [ "$host" = server ]; then
    start broker "$url/healthz" "${server[@]}" --config "$data/aksarcjit.json" --dev --data "$data"
else
    start_functions "$port" $((port + 2))
fi
say "AksArcJit serves $url (host: $host, journal: $journal)"

# until_covered ID VERSION SECONDS: polls until a checkpoint covers the request up to the version, and is anchored.
until_covered() {
    local end=$((SECONDS + $3)) number=
    while [ $SECONDS -le $end ]; do
        number=$(api auditor GET /api/v1/checkpoints | jq -r --arg id "$1" --argjson version "$2" \
            'select(.leaves and any(.leaves[]; .[0] == $id and .[1] >= $version)) | .checkpoint | fromjson | .number' | head -1)
        if [ -n "$number" ] && jq -R 'fromjson? | .checkpoint | fromjson | .number' "$data/anchor/checkpoints.ndjson" 2>/dev/null | grep -qx "$number"; then
            say "   covered by checkpoint $number"
            return
        fi
        sleep 0.5
    done
    die "no checkpoint covers the end of the request after $3 s"
}
step() { printf '\n%d. %s\n' "$((++steps))" "$*"; }

play() {
    local steps=0 ticket id answer begun=$SECONDS
    ticket=CASE-$(date +%s)
    step "A ticket is opened: $ticket, customer contoso, cluster edge-01"
    open_ticket "$ticket"
    answer=$(may)
    [ "$answer" = no ] || die "asked whether the engineer may list pods before anything was granted, the cluster says '$answer': if yes, other bindings allow it"
    say "   $asked no"

    step "The engineer asks for $window on the whole cluster"
    id=$(ask "$ticket" "$duration")
    say "   request $id"

    step "The approver opens the link from their notice, and approves"
    approve "$id"
    say "   consent recorded (HTTP 303)"

    step "Access is in force"
    until_state "$id" Active 30
    api engineer GET "/api/v1/access-requests/$id" | jq -r '"   binding \(.binding.name)\n   until   \(.expiresAt)\n   try     \(.kubectl)"'
    [ "$(may)" = yes ] || die "the request is Active, but the cluster denies the engineer"
    say "   $asked yes"

    step "The window ends by itself; nobody does anything"
    until_state "$id" Closed $((seconds + 60))
    answer=$(may)
    [ "$answer" = no ] || die "the request is closed, but the cluster says '$answer' to the engineer"
    say "   $asked no"
    api engineer GET "/api/v1/access-requests/$id" | jq -r '"   outcome \(.outcome) (\(.cause)), confirmed gone at \(.confirmedGoneAt)"'
    ! "${as_broker[@]}" get clusterrolebinding "aks-service-rolebinding-$id" >/dev/null 2>&1 || die "the binding is still there"

    step "The journal"
    api auditor GET "/api/v1/access-requests/$id/journal" >"$data/journal-$id.json"
    jq -r '.records[] | [.version, .at[0:23], .kind, .hash[0:12]] | @tsv' "$data/journal-$id.json" \
        | awk -F'\t' 'BEGIN {printf "   %-4s%-26s%-24s%s\n", "#", "at (UTC)", "fact", "hash"} {printf "   %-4s%-26s%-24s%s\n", $1, $2, $3, $4}'
    say "   waiting for the checkpoint that covers the end ..."
    until_covered "$id" "$(jq '.records | length' "$data/journal-$id.json")" 30
    "${server[@]}" verify --config "$data/aksarcjit.json" --dev --data "$data" >"$data/verify.log" || { cat "$data/verify.log" >&2; die "the journal does not verify"; }
    sed 's/^/   /' "$data/verify.log"
    say ""
    say "Every step held, in $((SECONDS - begun)) s."
}

[ "$mode" = serve ] || play
[ "$mode" != once ] || exit 0
cat <<TEXT

Serving until Ctrl-C:
  API            $url/api/v1        browse it at $url/docs
  health         $url/readyz
  notices        $data/outbox/*.json (those that ask for consent hold its link)
  tokens         $data/dev-tokens.json (one per role)
  kubectl        --kubeconfig $kubeconfig --context $contexts
TEXT
wait -n "${pids[@]}" || true
die "a process that was started here has ended by itself, and the others end with it; their logs are in $data"
