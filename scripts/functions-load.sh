#!/usr/bin/env bash
# The figures that the real Azure Functions host is held to, with Azurite and DevCluster on this machine: many lifecycles at once, a hundred
# ends in one second, a storm of ends against a raw parallel delete loop of the same run; and what a lifecycle costs in storage transactions
# and CPU, beside Server on the same kind of store and beside a bare orchestration of the same steps. Prints one table; 0 only if every
# bound holds. Takes about a quarter of an hour.
. "$(dirname "$0")/setup.sh"
. "$root/scripts/functions-host.sh"
. "$root/scripts/lifecycle.sh"

usage() {
    cat <<'TEXT'
usage: ./scripts/functions-load.sh [options]
  --lifecycles N  how many at once (default 500)
  --ends N        how many end in one second, each within 2 s (default 100)
  --storm N       how many end in one second, within 3 times the raw loop and 2 s (default 1000)
  --cost N        over how many lifecycles the costs are taken (default 50)
  --port N        the host's port on 127.0.0.1 (default 7490; DevCluster takes N+1, Azurite N+2 to N+4)
  --data DIR      where everything is kept (default: a directory that is removed when every bound held)
0 leaves a part out.
TEXT
}

lifecycles=500 ends=100 storm=1000 cost=50 port=7490 data=''
while [ $# -gt 0 ]; do
    case $1 in
        --lifecycles | --ends | --storm | --cost | --port | --data)
            [ $# -gt 1 ] || { usage >&2; die "$1 needs a value"; }
            printf -v "${1#--}" '%s' "$2"; shift ;;
        -h | --help) usage; exit 0 ;;
        *) usage >&2; die "unknown option $1" ;;
    esac
    shift
done
for number in "$lifecycles" "$ends" "$storm" "$cost"; do
    [[ $number =~ ^[0-9]{1,5}$ ]] || die "--lifecycles, --ends, --storm and --cost are numbers up to 99999"
done
projects=(src/AksArcJit.Server src/AksArcJit.Functions tests/AksArcJit.DevCluster)
[ "$cost" = 0 ] || projects+=(tests/AksArcJit.Functions.Bare)
begin_on_functions "${projects[@]}"

table='' missed=0
row() { table+=$(printf '%-58s %12s  %s' "$1" "$2" "${3:-}")$'\n'; say "        $1: $2${3:+ ($3)}"; }
# bound WHAT MEASURED MOST UNIT: a row with its bound, which holds or is missed.
bound() {
    if jq -en --arg measured "$2" --arg most "$3" '($measured | tonumber) <= ($most | tonumber)' >/dev/null; then
        row "$1" "$2 $4" "at most $3 $4"
    else
        row "$1" "$2 $4" "MISSED: at most $3 $4"; missed=$((missed + 1))
    fi
}
# holds WHAT COMMAND...
holds() {
    if ("${@:2}"); then row "$1" yes; else row "$1" no MISSED; missed=$((missed + 1)); fi
}

# ---- many calls at once: curl is one process for all of them
# calls WIDTH: reads lines "name method url", sends them side by side, WIDTH at a time; each answer is then in $round/name. What goes with
# every call is in $round/common, and the body of one, where it has one, in $round/name.body. What is answered "not now" (503) is asked again, as
# clients do; it is counted.
calls() {
    local name method address next again
    cat >"$round/wanted"
    for again in 1 2 3 4 5; do
        next=''
        while read -r name method address; do
            printf '%surl = "%s"\nrequest = "%s"\noutput = "%s"\nheader = "Idempotency-Key: load-%d-%s"\n' "$next" "$address" "$method" "$round/$name" "$rounds" "$name"
            [ ! -e "$round/$name.body" ] || printf 'data = "@%s"\n' "$round/$name.body"
            cat "$round/common"
            printf 'write-out = "%%{http_code} %s\\n"\n' "$name"
            next=$'next\n'
        done <"$round/wanted" >"$round/calls"
        curl --parallel --parallel-immediate --parallel-max "$1" --no-progress-meter -K "$round/calls" 2>"$round/calls.log" >"$round/statuses" || { tail -n 5 "$round/calls.log" >&2; return 1; }
        awk 'NR == FNR {if ($1 == 503) again[$2]; next} $1 in again' "$round/statuses" "$round/wanted" >"$round/refused"
        [ -s "$round/refused" ] || return 0
        cat "$round/refused" >>"$data/refused"
        mv "$round/refused" "$round/wanted"
        sleep "$again"
    done
}
# as WHO: the options that go with every call.
as() { printf 'silent\ninsecure\nmax-time = 120\nheader = "Authorization: Bearer %s"\nheader = "Content-Type: application/json"\n' "$(token "$1")" >"$round/common"; }
every() { ! grep -v "^$1 " "$round/statuses" | head -n 3 | grep . >&2 || die "not every call was answered as it should"; }

# ask_many COUNT DURATION: a ticket and a request each; their ids are then in $round/ids.
ask_many() {
    round=$data/rounds/$((++rounds))
    mkdir -p "$round"
    local i
    jq -n '{customer: "contoso", clusterIds: ["edge-01"], title: "Pods restart every hour", severity: "2", assignees: [], status: "Active"}' >"$round/ticket"
    for ((i = 1; i <= $1; i++)); do ln "$round/ticket" "$round/t$i.body"; done
    as ticketSystem
    for ((i = 1; i <= $1; i++)); do printf 't%d PUT %s/api/v1/tickets/LOAD-%d-%d\n' "$i" "$url" "$rounds" "$i"; done | calls 16
    every 2..
    for ((i = 1; i <= $1; i++)); do
        printf '{"ticketId": "LOAD-%d-%d", "clusterId": "edge-01", "scope": {"kind": "Cluster"}, "duration": "%s", "justification": "Load"}' "$rounds" "$i" "$2" >"$round/a$i.body"
    done
    as engineer
    for ((i = 1; i <= $1; i++)); do printf 'a%d POST %s/api/v1/access-requests\n' "$i" "$url"; done | calls "${3:-16}"
    every 2..
    for ((i = 1; i <= $1; i++)); do jq -r .id "$round/a$i"; done >"$round/ids"
    # The links, from the approver's notices, and the terms that the pages show.
    local end=$((SECONDS + 240)) id notice
    while read -r id; do
        until notice=$(compgen -G "$data/outbox/$id-*.json" | head -n 1); do
            [ $SECONDS -le $end ] || die "no notice for $id in $data/outbox"
            sleep 0.2
        done
        jq -r --arg id "$id" '"\($id) GET \(.link)"' "$notice"
    done <"$round/ids" >"$round/links"
    printf 'silent\nmax-time = 120\n' >"$round/common"
    calls 16 <"$round/links"
    every 2..
}
# approve_one ID URL DURATION
approve_one() {
    local hash status again
    hash=$(grep -o 'name="termsHash" value="[0-9a-f]*"' "$round/$1" | head -n 1 | grep -o '[0-9a-f]\{64\}')
    for again in 1 2 3 4 5; do
        status=$(curl -sS --max-time 120 -o "$round/$1.answer" -w '%{http_code}' --data-urlencode decision=approve --data-urlencode "termsHash=$hash" \
            --data-urlencode "confirmation=Edge 01" ${3:+--data-urlencode "duration=$3"} "$2")
        [ "$status" = 503 ] || break
        echo "$1 consent" >>"$data/refused"
        sleep 1
    done
    [ "$status" = 303 ] || die "the consent to $1 was answered with $status, see $round/$1.answer"
}
# approve_many WIDTH [END]: side by side; each narrowed so that it ends at END, in milliseconds since 1970.
approve_many() {
    local worker workers=() id link left
    for ((worker = 0; worker < $1; worker++)); do
        awk -v "worker=$worker" -v "width=$1" 'NR % width == worker {print $1, $3}' "$round/links" | while read -r id link; do
            left=''
            if [ -n "${2:-}" ]; then
                left=$(($2 - $(date +%s%3N)))
                left=$(printf 'PT%d.%03dS' $((left / 1000)) $((left % 1000)))
            fi
            approve_one "$id" "$link" "$left"
        done &
        workers+=($!)
    done
    for worker in "${workers[@]}"; do wait "$worker" || die "not every consent was taken"; done
}
# closed_all SECONDS: waits until the requests of the round are all Closed, and reads them into $round/closed, one a line. Asks again only for
# those that were not.
closed_all() {
    local end=$((SECONDS + $1)) left
    as auditor
    cp "$round/ids" "$round/left"
    : >"$round/closed"
    while :; do
        awk -v "url=$url" '{print $1 " GET " url "/api/v1/access-requests/" $1}' "$round/left" | calls 8 || true
        (cd "$round" && xargs cat <left) | jq -c . >"$round/seen"
        jq -c 'select(.state == "Closed")' "$round/seen" >>"$round/closed"
        jq -r 'select(.state != "Closed") | .id' "$round/seen" >"$round/left"
        left=$(wc -l <"$round/left")
        [ "$left" != 0 ] || return 0
        [ $SECONDS -le $end ] || die "$left of $(wc -l <"$round/ids") are not Closed after $1 s: $(jq -r .state "$round/seen" | sort | uniq -c | tr '\n' ' ')"
        sleep 5
    done
}
# late: by how many seconds each was confirmed gone after its end, and its binding deleted, one a line, as DevCluster took the call.
late() {
    control GET /requests | jq -c '[.entries[] | select(.verb == "delete" and .resource == "clusterrolebindings" and .code == 200)]' >"$round/deletes"
    jq -rs --slurpfile deletes "$round/deletes" '
        def seconds: capture("^(?<whole>[^.Z+]*)(?<part>\\.[0-9]+)?") | ("\(.whole)Z" | fromdate) + ("0\(.part // "")" | tonumber);
        ($deletes[0] | map({key: (.path | split("?")[0] | split("/")[-1]), value: (.at | seconds)}) | reverse | from_entries) as $deleted
        | .[] | (.expiresAt | seconds) as $due | [.id, $due, (.confirmedGoneAt | seconds) - $due, ($deleted[.binding.name] // error("no delete of \(.id)")) - $due] | @tsv' \
        "$round/closed" >"$round/late"
}
# of COLUMN EXPRESSION: over the round, for instance `of 3 max`.
of() { cut -f "$1" "$round/late" | jq -rs "def percentile(p): sort | .[(length * p | ceil) - 1]; $2 | . * 1000 | round / 1000"; }
# verified: the emulator may still be busy with what a storm left; what could not be checked (1) is no damage (2), and is checked again.
verified() {
    local tries code
    for ((tries = 1; tries <= 10; tries++)); do
        verifies && return
        code=$?
        [ "$code" = 1 ] || return "$code"
        sleep 15
    done
    return 1
}
once_each() {
    jq -es --argjson count "$1" 'length == $count and all(.[]; .outcome == "Ended" and .cause == "Expired"
        and ([.timeline[].kind] | (map(select(. == "Granted")) | length) == 1 and (map(select(. == "AccessGone")) | length) == 1))' "$round/closed" >/dev/null
}

# ---- what it costs
transactions() { grep -c '"[A-Z]* /devstoreaccount1' "$data/azurite.log" || true; }
# cpu PID: of the process and its children, in milliseconds.
cpu() {
    local pid sum=0 tick
    tick=$((1000 / $(getconf CLK_TCK)))
    for pid in "$1" $(pgrep -P "$1"); do
        sum=$((sum + $(awk '{sub(/.*\) /, ""); print $12 + $13}' "/proc/$pid/stat") * tick))
    done
    echo "$sum"
}
# costs NAME PID WORK...: transactions and CPU for each of $cost, without what the process takes idle, which is told for a minute.
costs() {
    local name=$1 pid=$2 calls0 cpu0 calls1 cpu1 begun took idle_calls idle_cpu
    sleep 20
    calls0=$(transactions) cpu0=$(cpu "$pid")
    sleep 60
    idle_calls=$(($(transactions) - calls0)) idle_cpu=$(($(cpu "$pid") - cpu0))
    calls1=$(transactions) cpu1=$(cpu "$pid") begun=$(date +%s%3N)
    "${@:3}"
    # What follows the end, as the checkpoint and the orchestration's own, is part of it.
    sleep 70
    took=$(($(date +%s%3N) - begun))
    row "$name: transactions a lifecycle" "$(jq -n "($(transactions) - $calls1 - $idle_calls * $took / 60000) / $cost * 10 | round / 10")" "idle $idle_calls a minute"
    row "$name: CPU a lifecycle" "$(jq -n "($(cpu "$pid") - $cpu1 - $idle_cpu * $took / 60000) / $cost | round") ms" "idle $idle_cpu ms a minute"
}
some_lifecycles() {
    ask_many "$cost" PT15S
    approve_many 4
}
# bare_key: of Durable's own management; a host that is started by Core Tools asks for none.
bare_key() { jq -r '.systemKeys[] | select(.name == "durabletask_extension") | .value' "$data/bare/secrets/host.json" 2>/dev/null || true; }
# some_orchestrations: through Durable's own management; done where all are Completed.
some_orchestrations() {
    local key end=$((SECONDS + 240)) i left
    key=$(bare_key)
    round=$data/rounds/bare
    mkdir -p "$round"
    printf 'silent\nmax-time = 120\nheader = "Content-Type: application/json"\nheader = "x-functions-key: %s"\n' "$key" >"$round/common"
    for ((i = 1; i <= cost; i++)); do echo null >"$round/o$i.body"; done
    for ((i = 1; i <= cost; i++)); do printf 'o%d POST %s/runtime/webhooks/durabletask/orchestrators/BareLifecycle/bare-%d\n' "$i" "$url" "$i"; done | calls 4
    every 2..
    sleep 5
    for ((i = 1; i <= cost; i++)); do echo '""' >"$round/e$i.body"; done
    for ((i = 1; i <= cost; i++)); do printf 'e%d POST %s/runtime/webhooks/durabletask/instances/bare-%d/raiseEvent/Consent\n' "$i" "$url" "$i"; done | calls 4
    every 2..
    # Asked seldom: each look is a transaction too.
    until left=$(curl -sS --max-time 60 -H "x-functions-key: $key" "$url/runtime/webhooks/durabletask/instances?top=1000" | jq '[.[] | select(.runtimeStatus != "Completed")] | length') && [ "$left" = 0 ]; do
        [ $SECONDS -le $end ] || die "$left bare orchestrations have not ended"
        sleep 20
    done
}

# raw COUNT: how long a raw parallel loop takes to delete so many bindings, in seconds; the better of 8 and 16 in flight.
raw() {
    local width i begun best='' took
    round=$data/rounds/raw$((++raws))
    mkdir -p "$round"
    printf 'silent\ninsecure\nmax-time = 120\nheader = "Authorization: Bearer %s"\nheader = "Content-Type: application/json"\n' "$admin" >"$round/common"
    for width in 8 16; do
        for ((i = 1; i <= $1; i++)); do
            printf '{"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRoleBinding", "metadata": {"name": "raw-%d"}, "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "aks-service"}}' "$i" >"$round/r$i.body"
        done
        for ((i = 1; i <= $1; i++)); do printf 'r%d POST %s/apis/rbac.authorization.k8s.io/v1/clusterrolebindings\n' "$i" "$cluster"; done | calls 16
        every 2..
        rm "$round"/r*.body
        for ((i = 1; i <= $1; i++)); do printf 'r%d DELETE %s/apis/rbac.authorization.k8s.io/v1/clusterrolebindings/raw-%d\n' "$i" "$cluster" "$i"; done >"$round/todo"
        begun=$(date +%s%3N)
        calls "$width" <"$round/todo"
        took=$(($(date +%s%3N) - begun))
        every 2..
        [ -n "$best" ] && [ "$best" -le "$took" ] || best=$took
    done
    raw=$(jq -n "$best / 1000")
}

# ---- set up
rounds=0 raws=0
: >"$data/refused"
start_devcluster $((port + 1))
azurite_tells=''
begin_store() { start_azurite azurite.js $((port + 2)) --blobHost 127.0.0.1 --blobPort $((port + 3)) --queueHost 127.0.0.1 --queuePort $((port + 4)); }
begin_store
journal=$(jq -n --arg connection "$(azurite_connection $((port + 2)))" '{kind: "tables", tables: {connectionString: $connection}}')
write_options "$data/cluster/kubeconfig" broker load "$journal" ''
start_functions "$port" $((port + 2))
say "        the host serves; load of the machine: $(cut -d' ' -f1-3 /proc/loadavg)"

if [ "$lifecycles" != 0 ]; then
    say "$lifecycles lifecycles at once"
    begun=$SECONDS
    ask_many "$lifecycles" PT30S 50
    approve_many 16
    sleep 30
    closed_all 600
    row "$lifecycles lifecycles at once: answered 503, and asked again" "$(wc -l <"$data/refused")"
    row "$lifecycles lifecycles at once: all Closed after" "$((SECONDS - begun)) s" "asked, approved, 30 s of access, ended"
    holds "$lifecycles lifecycles at once: each granted and ended once" once_each "$lifecycles"
    late
    row "$lifecycles lifecycles at once: confirmed gone after its end" "$(of 3 'percentile(0.99)') s" "p99; most $(of 3 max) s"
fi

# ends_at_once COUNT WIDTH: approved one after the other, narrowed so that all end in one moment.
ends_at_once() {
    local count=$1 end
    ask_many "$count" PT2H
    # Time enough to approve them all: the last still has a while.
    end=$(($(date +%s%3N) + 30000 + count * ${pace:-400}))
    approve_many "$2" "$end"
    [ "$(date +%s%3N)" -lt $((end - 2000)) ] || die "approving $count took longer than the window; pace=$((${pace:-400} * 2)) gives more time"
    sleep "$(jq -n "($end - $(date +%s%3N)) / 1000 + 5")"
    closed_all 300
    late
    row "$count ends at one moment: fell within" "$(of 2 'max - min') s" "$(of 2 'sort | . as $all | [range(length) as $i | [$all[] | select(. >= $all[$i] and . < $all[$i] + 1)] | length] | max') in the fullest second"
    holds "$count ends: none before its time" test "$(of 4 'min >= 0 | if . then 1 else 0 end')" = 1
}

if [ "$ends" != 0 ]; then
    say "$ends ends in one second"
    ends_at_once "$ends" 2
    bound "$ends ends: binding deleted after its end, p99" "$(of 4 'percentile(0.99)')" 2 s
    row "$ends ends: confirmed gone and journaled" "$(of 3 'percentile(0.99)') s" "p99; most $(of 3 max) s"
fi

if [ "$storm" != 0 ]; then
    say "a storm of $storm"
    raw "$storm"; before=$raw
    ends_at_once "$storm" 4
    stormed=$(of 4 max) confirmed=$(of 3 max)
    raw "$storm"; loop=$(jq -n "($before + $raw) / 2 * 1000 | round / 1000")
    row "raw parallel loop, $storm deletes" "$loop s" "before and after: $before s, $raw s"
    bound "$storm ends: last binding deleted after its end" "$stormed" "$(jq -n "3 * $loop + 2 | . * 1000 | round / 1000")" s
    row "$storm ends: last confirmed gone and journaled after" "$confirmed s"
fi

holds "no binding stands" none_stands
holds "the journal verifies" verified

if [ "$cost" != 0 ]; then
    say "costs"
    costs Functions "${pids[-1]}" some_lifecycles
    closed_all 120
    finish; pids=()

    # On a store of its own each.
    mv "$data/azurite" "$data/azurite.functions" && mv "$data/azurite.log" "$data/azurite.functions.log"
    start_devcluster $((port + 1))
    begin_store
    write_options "$data/cluster/kubeconfig" broker load-server "$journal" "$url"
    rm -rf "$data/anchor"/*
    start server "$url/healthz" dotnet "$root/src/AksArcJit.Server/bin/Release/net10.0/AksArcJit.Server.dll" --config "$data/aksarcjit.json" --dev --data "$data"
    costs Server "${pids[-1]}" some_lifecycles
    closed_all 120
    finish; pids=()

    mv "$data/azurite" "$data/azurite.server" && mv "$data/azurite.log" "$data/azurite.server.log"
    begin_store
    functions_root=$root/tests/AksArcJit.Functions.Bare/bin/Release/net10.0
    start bare "$url/" run_functions_host "$port" "$(azurite_connection $((port + 2)))" "$data/bare" "$data/aksarcjit.json"
    for ((i = 0; i < 240; i++)); do
        [ "$(curl -s -o /dev/null --max-time 10 -w '%{http_code}' -H "x-functions-key: $(bare_key)" "$url/runtime/webhooks/durabletask/instances?top=1")" != 200 ] || break
        sleep 0.5
    done
    costs Bare "${pids[-1]}" some_orchestrations
fi

printf '\n%s\n' "$table"
say "load of the machine: $(cut -d' ' -f1-3 /proc/loadavg), $(nproc) processors"
say "$missed missed"
finish
trap - EXIT
[ "$missed" = 0 ] || { say "what was left: $data"; exit 1; }
[ -n "$kept" ] || rm -rf "$data"
