#!/usr/bin/env bash
# Sets up what the tests need, then restores in locked mode, builds and tests, each once.
# Ends with one line: N passed, N failed.
# Azure is Release and the Functions host, whose packages not every source has.
# usage: ./scripts/test.sh [Debug|Release|Azure]
. "$(dirname "$0")/setup.sh"
configuration=${1:-Release}
output=${configuration/Azure/Release}
cd "$root"

need_dotnet
need_azurite
need_rabbitmq
need jq jq
# What an auditor checks a bundle with.
need python3 python3
need openssl openssl

say "== restore (locked)"
dotnet restore AksArcJit.sln --locked-mode -p:Configuration="$configuration" || die "restore failed; a lock file that is out of date is refreshed by 'dotnet restore --force-evaluate'."
say "== build ($configuration)"
dotnet build AksArcJit.sln --no-restore -c "$configuration" -v quiet || die "the build failed; see above."

say "== test"
passed=0 failed=0 broken=0
for project in tests/*.Tests/; do
    name=$(basename "$project")
    [[ $configuration = Azure || $name != AksArcJit.Functions.Tests ]] || continue
    log=$(mktemp)
    "$root/tests/$name/bin/$output/net10.0/$name" --progress off --no-ansi --timeout 8m >"$log" 2>&1 && code=0 || code=$?
    p=$(sed -n 's/^ *succeeded: *//p' "$log" | tail -1)
    f=$(sed -n 's/^ *failed: *//p' "$log" | tail -1)
    say "$name: ${p:-0} passed, ${f:-0} failed"
    passed=$((passed + ${p:-0})) failed=$((failed + ${f:-0}))
    # A run that ends badly without a failed test crashed, hung or ran none: that is a failure too.
    if [ "$code" != 0 ] && [ "${f:-0}" = 0 ]; then broken=$((broken + 1)); fi
    [ "$code" = 0 ] || cat "$log"
    rm -f "$log"
done
failed=$((failed + broken))
say "$passed passed, $failed failed"
[ "$failed" = 0 ]
