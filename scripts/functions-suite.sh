#!/usr/bin/env bash
# The invariants, on the real Azure Functions host: host and worker are killed in each state, orchestrations are ended and purged by hand, the
# cluster goes away; every access ends once, on time, and the journal verifies. Ends with one line: N passed, N failed. Takes about five minutes.
. "$(dirname "$0")/setup.sh"
. "$root/scripts/functions-host.sh"
. "$root/scripts/lifecycle.sh"

usage() {
    cat <<'TEXT'
usage: ./scripts/functions-suite.sh [options]
  --from COMMIT   the requests are opened by the build of that commit, and ended by this one
  --port N        the host's port on 127.0.0.1 (default 7490; DevCluster takes N+1, Azurite N+2 to N+4)
  --data DIR      where everything is kept (default: a directory that is removed when all passed)
TEXT
}

from='' port=7490 data=''
while [ $# -gt 0 ]; do
    case $1 in
        --from | --port | --data)
            [ $# -gt 1 ] || { usage >&2; die "$1 needs a value"; }
            printf -v "${1#--}" '%s' "$2"; shift ;;
        -h | --help) usage; exit 0 ;;
        *) usage >&2; die "unknown option $1" ;;
    esac
    shift
done
begin_on_functions src/AksArcJit.Server src/AksArcJit.Functions tests/AksArcJit.DevCluster
newest=$functions_root
if [ -n "$from" ]; then
    git -C "$root" worktree add --quiet --detach "$data/from" "$from" || die "--from: there is no commit $from"
    dotnet build "$data/from/src/AksArcJit.Functions" -c Release -v quiet --nologo >"$data/build.log" 2>&1 || { cat "$data/build.log" >&2; die "the build of $from failed"; }
    functions_root=$data/from/src/AksArcJit.Functions/bin/Release/net10.0
fi

passed=0 failed=0
# check WHAT COMMAND...: counts whether the command holds; in a subshell, so that one that dies fails alone.
check() {
    if ("${@:2}"); then
        passed=$((passed + 1)); say "passed  $1"
    else
        failed=$((failed + 1)); say "FAILED  $1"
    fi
}

# status METHOD PATH [HEADER]: the HTTP status alone.
status() { curl -sS -o /dev/null --max-time 30 -w '%{http_code}' -X "$1" ${3:+-H "$3"} "$url$2"; }
answers() { local got; got=$(status "${@:2}") && [ "$got" = "$1" ] || die "${*:2} answered $got, not $1"; }
# durable METHOD PATH [CURL OPTION...]: Durable's own management, with its key.
durable() {
    curl -sS --max-time 30 -X "$1" -H "x-functions-key: $(jq -r '.systemKeys[] | select(.name == "durabletask_extension") | .value' "$data/secrets/host.json")" \
        "${@:3}" "$url/runtime/webhooks/durabletask$2"
}
# until_instance ID STATUS SECONDS
until_instance() {
    local end=$((SECONDS + $3)) got=
    while [ $SECONDS -le $end ]; do
        got=$(durable GET "/instances/$1" | jq -r '.runtimeStatus? // "none"' 2>/dev/null) || got=none
        [ "$got" != "$2" ] || return 0
        sleep 0.5
    done
    die "the orchestration $1 is $got, not $2, after $3 s"
}

host_starts() {
    start_functions "$port" $((port + 2))
    host=${pids[-1]}
    served=$(date +%s.%N)
    say "        the host serves"
}
# Host and worker at once, as a machine that dies.
host_dies() {
    local workers
    workers=$(pgrep -P "$host") || true
    # shellcheck disable=SC2086
    kill -9 "$host" $workers 2>/dev/null || true
    wait "$host" 2>/dev/null || true
    unset 'pids[-1]'
    # What it serves by now may be the newer build.
    functions_root=$newest
    say "        host and worker were killed"
}

number=0
# asked [DURATION [START]]: a request under a ticket of its own; its id is then in $id.
asked() {
    local ticket=SUITE-$((++number))
    open_ticket "$ticket"
    id=$(ask "$ticket" "${1:-PT20S}" "${2:-}")
}
granted() {
    asked "$@"
    approve "$id"
    until_state "$id" Active 30
}

# ended ID WITHIN [NOT_BEFORE]: it ends by its clock, once, by at most WITHIN seconds after its end (or after NOT_BEFORE, where that is
# later: when the broker or the cluster was back), and not before its end.
ended() {
    local request late
    until_closed "$1" 150
    request=$(api auditor GET "/api/v1/access-requests/$1")
    [ "$(jq -r '"\(.outcome) \(.cause)"' <<<"$request")" = "Ended Expired" ] || die "$1 closed as $(jq -c '{outcome, cause}' <<<"$request")"
    jq -e '[.timeline[].kind] | (map(select(. == "ConsentGiven")) | length) == 1 and (map(select(. == "Granted")) | length) == 1 and (map(select(. == "AccessGone")) | length) == 1' \
        <<<"$request" >/dev/null || die "$1 did not happen once: $(jq -c '[.timeline[].kind]' <<<"$request")"
    late=$(jq -r --argjson back "${3:-0}" 'def seconds: capture("^(?<whole>[^.Z+]*)(?<part>\\.[0-9]+)?") | ("\(.whole)Z" | fromdate) + ("0\(.part // "")" | tonumber);
        (.expiresAt | seconds) as $due | (.confirmedGoneAt | seconds) as $gone
        | if $gone < $due then "early by \($due - $gone)" else $gone - ([$due, $back] | max) end' <<<"$request")
    say "        $1 ended $late s after it had to"
    jq -en --arg late "$late" --argjson most "$2" '$late | tonumber <= $most' >/dev/null 2>&1 || die "$1 ended too early or too late: $late, and $2 s are allowed"
}
until_closed() {
    local end=$((SECONDS + $2)) state
    # A worker that was killed answers nothing for a while.
    until state=$(api engineer GET "/api/v1/access-requests/$1" 2>/dev/null | jq -r .state) && [ "$state" = Closed ]; do
        [ $SECONDS -le $end ] || die "$1 is still ${state:-not to be read} after $2 s"
        sleep 0.5
    done
}
state_is() { local got; got=$(api engineer GET "/api/v1/access-requests/$1" | jq -r .state); [ "$got" = "$2" ] || die "$1 is $got, not $2"; }

# refuses WORD...: a start with "${refused_with[@]}" alone is refused, and every word is told.
refuses() {
    local told code=0 word
    told=$(cd "$newest" && env -u AKSARCJIT_CONFIG "${refused_with[@]}" timeout 60 dotnet AksArcJit.Functions.dll 2>&1) || code=$?
    [ "$code" = 78 ] || die "ended with $code: $told"
    for word in "$@"; do
        [[ $told = *"$word"* ]] || die "does not tell of $word: $told"
    done
}

# ---- what stops the start
refused_with=(AKSARCJIT_DEVELOPMENT="$data" WEBSITE_HOSTNAME=app.example AKSARCJIT_DATA_PROTECTION=nonsense)
check "missing settings stop the start, all told" refuses AKSARCJIT_CONFIG AKSARCJIT_DEVELOPMENT AKSARCJIT_DATA_PROTECTION
jq -n '{publicUrl: "nonsense", journal: {kind: "sqlite"}, clusters: []}' >"$data/faulty.json"
refused_with=(AKSARCJIT_CONFIG="$data/faulty.json")
check "faulty options stop the start, all told" refuses publicUrl journal clusters

# ---- set up
start_devcluster $((port + 1))
control DELETE /requests >/dev/null || die "DevCluster takes no control"
start_azurite azurite.js $((port + 2)) --blobHost 127.0.0.1 --blobPort $((port + 3)) --queueHost 127.0.0.1 --queuePort $((port + 4))
write_options "$data/cluster/kubeconfig" broker suite "$(jq -n --arg connection "$(azurite_connection $((port + 2)))" '{kind: "tables", tables: {connectionString: $connection}}')" ''
host_starts

# ---- who may reach what
check "no admin route without a key" answers 401 GET /admin/host/status
check "no management of orchestrations without a key" answers 401 GET /runtime/webhooks/durabletask/instances
check "a wrong key is none" answers 401 POST /runtime/webhooks/durabletask/orchestrators/AccessRequest/x 'x-functions-key: wrong'
check "no API without a token" answers 401 GET /api/v1/access-requests
check "what is not there is not found" answers 404 GET /nowhere

# ---- orchestrations by hand
granted PT150S; orphan=$id
granted PT1H; long=$id
# With a hub that was idle its queues may be looked at half a minute late; and a hint may be lost, which the sweep makes good.
until_instance "$orphan" Running 90
until_instance "$long" Running 90
for id in "$orphan" "$long"; do
    durable POST "/instances/$id/terminate?reason=suite" >/dev/null
    until_instance "$id" Terminated 90
    durable DELETE "/instances/$id" >/dev/null
done
# An empty body is no JSON, and newer extensions read it as such.
durable POST /orchestrators/AccessRequest/by-hand --json null >/dev/null
check "an instance that is no request's is over at once" until_instance by-hand Completed 30
check "an orchestration that was purged by hand is started again" until_instance "$long" Running 130

# ---- killed in each state
asked; awaiting=$id
granted PT8S; overdue=$id
granted PT60S; active=$id
asked PT8S "$(date -u -d '+35 seconds' +%FT%TZ)"; scheduled=$id
approve "$scheduled"
asked PT8S; one=$id
asked PT8S; other=$id
check "killed while AwaitingConsent" state_is "$awaiting" AwaitingConsent
check "killed while Scheduled" state_is "$scheduled" Scheduled
check "killed while Active" state_is "$active" Active
for action in applyThenHang hang; do
    control POST /faults "$(jq -n --arg action "$action" '{action: $action, verb: "create", resource: "clusterrolebindings", times: 1}')" >/dev/null
done
(approve "$one" >/dev/null 2>&1) & consents=($!)
(approve "$other" >/dev/null 2>&1) & consents+=($!)
check "killed while Granting, one create applied and one lost" until_state "$one" Granting 10
check "killed while Granting, likewise" until_state "$other" Granting 10
host_dies
wait "${consents[@]}" || true
control DELETE /faults >/dev/null
host_starts
approve "$awaiting"
check "AwaitingConsent: consent, access and end" ended "$awaiting" 2
check "Scheduled: begins and ends" ended "$scheduled" 2
check "Active, its end missed while nobody ran: ends" ended "$overdue" 5 "$served"
check "Active: ends on time" ended "$active" 2
check "Granting: is granted, and ends" ended "$one" 5 "$served"
check "Granting, likewise" ended "$other" 5 "$served"
check "without its orchestration, and killed: ends on time" ended "$orphan" 2

# ---- killed while it cannot revoke
granted PT5S; revoking=$id
control PUT /down '{"down": true}' >/dev/null
sleep 6
check "killed while Revoking, the cluster away" state_is "$revoking" Revoking
host_dies
host_starts
control PUT /down '{"down": false}' >/dev/null
check "Revoking: ends when the cluster is back" ended "$revoking" 5 "$(date +%s.%N)"

# ---- the worker alone
granted PT20S; alone=$id
kill -9 "$(pgrep -P "$host" | head -1)"
check "the worker killed alone: ends on time" ended "$alone" 2

# ---- after all
durable POST "/instances/$alone/raiseEvent/Hint" >/dev/null
before=$(api auditor GET "/api/v1/access-requests/$alone/journal" | jq '.records | length')
check "a hint for a closed request changes nothing" test "$before" = "$(api auditor GET "/api/v1/access-requests/$alone/journal" | jq '.records | length')"
api engineer POST "/api/v1/access-requests/$long/revoke" '{"reason": "done"}' >/dev/null
check "handed back by the engineer: closed" until_closed "$long" 10
# None stands in the end, so that as many were created as were deleted.
one_binding_each() {
    local deleted
    deleted=$(control GET /requests | jq '[.entries[] | select(.verb == "delete" and .resource == "clusterrolebindings" and .code == 200)] | length')
    [ "$deleted" = "$number" ] || die "$deleted bindings were deleted for $number grants"
}
check "one binding for each grant, ever" one_binding_each
check "no binding stands" none_stands
check "the journal verifies" verifies

[ -z "$from" ] || git -C "$root" worktree remove --force "$data/from"
say "$passed passed, $failed failed"
[ "$failed" = 0 ] || { say "what was left: $data"; exit 1; }
finish
trap - EXIT
[ -n "$kept" ] || rm -rf "$data"
