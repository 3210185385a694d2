# Sourced after setup.sh and functions-host.sh: processes that a script starts and ends, and one lifecycle's calls through the public HTTP API.
# Needs $data, a directory of the script's own, and $url, the broker's address.
# shellcheck shell=bash

engineer=11111111-1111-1111-1111-111111111111

pids=()
# Only what was started here is ended, by its id, each before what it needs.
finish() {
    local i
    for ((i = ${#pids[@]} - 1; i >= 0; i--)); do
        kill "${pids[i]}" 2>/dev/null || true
        wait "${pids[i]}" 2>/dev/null || true
    done
}
trap finish EXIT
trap 'exit 130' INT TERM

# start NAME URL COMMAND...: starts a process in the background, and waits until URL answers.
start() {
    local name=$1 url=$2; shift 2
    # Whoever answers there already is a stranger, and would be sent our tokens.
    ! curl -s -k -o /dev/null --max-time 2 "$url" || die "something else answers at $url already; end it, or choose another port (--help)."
    "$@" >>"$data/$name.log" 2>&1 &
    local pid=$! tries
    pids+=("$pid")
    for tries in $(seq 300); do
        curl -s -k -o /dev/null --max-time 2 "$url" && return
        kill -0 "$pid" 2>/dev/null || { tail -n 20 "$data/$name.log" >&2; die "$name did not start; its log is $data/$name.log"; }
        sleep 0.1
    done
    die "$name does not answer at $url; its log is $data/$name.log"
}

# start_devcluster PORT: with the engineer as a user that kubectl can be.
start_devcluster() {
    [ -e "$data/engineer-token" ] || (umask 077; head -c 24 /dev/urandom | od -An -tx1 | tr -d ' \n' >"$data/engineer-token")
    (umask 077; jq -n --arg name "$engineer" --arg token "$(cat "$data/engineer-token")" \
        '[{name: $name, token: $token, context: "engineer"}]' >"$data/cluster-users.json")
    start cluster "https://127.0.0.1:$1/readyz" \
        dotnet "$root/tests/AksArcJit.DevCluster/bin/Release/net10.0/AksArcJit.DevCluster.dll" \
        --port "$1" --data "$data/cluster" --users "$data/cluster-users.json" --seed-service-role
    cluster=https://127.0.0.1:$1
    admin=$(sed -n '/name: "admin"/{n; s/.*token: "\(.*\)".*/\1/p}' "$data/cluster/kubeconfig")
}
# control METHOD PATH [BODY]: what DevCluster lets a test turn.
control() {
    curl -fsSk --max-time 30 -X "$1" -H "Authorization: Bearer $admin" ${3:+--data "$3"} "$cluster/devcluster$2"
}
none_stands() {
    local standing
    standing=$(curl -fsSk -H "Authorization: Bearer $admin" \
        "$cluster/apis/rbac.authorization.k8s.io/v1/clusterrolebindings?labelSelector=app.kubernetes.io/managed-by=aksarcjit" | jq -r '.items[].metadata.name')
    [ -z "$standing" ] || die "still there: $standing"
}
verifies() {
    dotnet "$root/src/AksArcJit.Server/bin/Release/net10.0/AksArcJit.Server.dll" verify --config "$data/aksarcjit.json" --dev --data "$data" >"$data/verify.log" 2>&1 \
        || { local code=$?; cat "$data/verify.log" >&2; return "$code"; }
}

# start_azurite PROGRAM PORT [OPTION...]: PORT is that of the tables. Its log has a line for each call, which is a transaction, where
# azurite_tells is set.
start_azurite() {
    start azurite "http://127.0.0.1:$2/" node "$root/tests/azurite/node_modules/azurite/dist/src/$1" \
        --location "$data/azurite" --disableTelemetry --skipApiVersionCheck ${azurite_tells---silent} --tableHost 127.0.0.1 --tablePort "$2" "${@:3}"
}

# start_functions PORT TABLES: the Functions host, until its functions are there, which is long after it listens. Its id is then ${pids[-1]}.
start_functions() {
    local tries
    start broker "http://127.0.0.1:$1/healthz" run_functions_host "$1" "$(azurite_connection "$2")" "$data" "$data/aksarcjit.json"
    for tries in $(seq 240); do
        ! curl -fs -o /dev/null --max-time 5 "http://127.0.0.1:$1/healthz" || return 0
        kill -0 "${pids[-1]}" 2>/dev/null || break
        sleep 0.5
    done
    tail -n 20 "$data/broker.log" >&2
    die "the broker did not start; its log is $data/broker.log"
}

# write_options KUBECONFIG CONTEXT INSTALLATION JOURNAL LISTEN: one cluster, one approver, notices into files. LISTEN is empty for a host
# that has its address from the platform.
write_options() {
    mkdir -p "$data/anchor"
    [ -e "$data/consent.key" ] || (umask 077; head -c 32 /dev/urandom >"$data/consent.key")
    jq -n --arg installation "$3" --arg url "$url" --arg listen "$5" --arg data "$data" --arg kubeconfig "$1" --arg context "$2" --argjson journal "$4" '{
        installation: $installation, publicUrl: $url,
        consent: {keyFile: ($data + "/consent.key")},
        journal: $journal,
        notices: {directory: ($data + "/outbox")},
        checkpoints: {key: {file: ($data + "/checkpoint.key")}, anchors: {file: ($data + "/anchor/checkpoints.ndjson")}},
        clusters: [{
            id: "edge-01", displayName: "Edge 01", customer: "contoso", kubeconfig: $kubeconfig, context: $context,
            subjectClaim: "oid", maximumDuration: "PT8H", consentLifetime: "PT1H", quorum: 1,
            scopes: ["Cluster", "Namespace"], namespaces: ["*"],
            approvers: [{issuer: "https://dev.aksarcjit.invalid", objectId: "22222222-2222-2222-2222-222222222222", name: "Anna Approver", mail: "anna@customer.example"}]
        }]
    } + if $listen == "" then {} else {listen: $listen} end' >"$data/aksarcjit.json"
}

token() { jq -er --arg who "$1" '.[$who].token' "$data/dev-tokens.json"; }
# api WHO METHOD PATH [BODY]: calls the API with a development token; the body of the answer on success, else an error.
api() {
    local answer status
    answer=$(curl -sS --max-time 60 -w '\n%{http_code}' -X "$2" -H "Authorization: Bearer $(token "$1")" \
        ${4:+-H 'Content-Type: application/json' --data "$4"} "$url$3") || die "$2 $3 was not answered"
    status=${answer##*$'\n'}
    [[ $status = 2* ]] || die "$2 $3 answered $status: ${answer%$'\n'*}"
    printf '%s' "${answer%$'\n'*}"
}
# open_ticket ID
open_ticket() {
    api ticketSystem PUT "/api/v1/tickets/$1" \
        '{"customer": "contoso", "clusterIds": ["edge-01"], "title": "Pods restart every hour", "severity": "2", "assignees": [], "status": "Active"}' >/dev/null
}
# ask TICKET DURATION [START]: asks for the whole cluster; prints the request's id.
ask() {
    api engineer POST /api/v1/access-requests "$(jq -n --arg ticket "$1" --arg duration "$2" --arg start "${3:-}" \
        '{ticketId: $ticket, clusterId: "edge-01", scope: {kind: "Cluster"}, duration: $duration, justification: "Find out why the pods restart"}
            + if $start == "" then {} else {startAt: $start} end')" | jq -er .id
}
# approve ID: opens the link from the approver's notice and approves.
approve() {
    local tries=0 link page hash status
    until compgen -G "$data/outbox/$1-*.json" >/dev/null; do
        [ $((tries++)) -lt 100 ] || die "no notice for the request in $data/outbox"
        sleep 0.1
    done
    link=$(cat "$data/outbox/$1"-*.json | jq -r '.link // empty' | head -1) && [ -n "$link" ] || die "the notice for the request in $data/outbox has no link"
    page=$(curl -sS --max-time 30 "$link") || die "the consent page does not open"
    hash=$(grep -o 'name="termsHash" value="[0-9a-f]*"' <<<"$page" | head -1 | grep -o '[0-9a-f]\{64\}') || die "the consent page shows no terms"
    status=$(curl -sS --max-time 60 -o "$data/consent-answer.html" -w '%{http_code}' --data-urlencode decision=approve \
        --data-urlencode "termsHash=$hash" --data-urlencode "confirmation=Edge 01" --data-urlencode "comment=Go ahead" "$link") || die "the consent was not answered"
    [ "$status" = 303 ] || die "the consent was answered with $status, see $data/consent-answer.html"
}
# until_state ID STATE SECONDS: polls the request until it is in the state.
until_state() {
    local end=$((SECONDS + $3)) state=
    while [ $SECONDS -le $end ]; do
        state=$(api engineer GET "/api/v1/access-requests/$1" | jq -r .state)
        [ "$state" = "$2" ] && return
        [ "$state" != Closed ] || die "the request closed, but was to become $2: $(api engineer GET "/api/v1/access-requests/$1" | jq -c '{outcome, cause}')"
        sleep 0.5
    done
    die "the request is $state, not $2, after $3 s; last, $(api auditor GET "/api/v1/access-requests/$1/journal" | jq -r '.records[-1] | "\(.kind): \(.payload | fromjson | .reason // "no reason told")"')"
}
