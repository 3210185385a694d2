#!/usr/bin/env bash
# The long form of what ./scripts/test.sh runs short: a thousand grants that end at once, and the server killed at sixty moments.
# usage: ./scripts/soak.sh [requests] [kills]
. "$(dirname "$0")/setup.sh"
need_dotnet
cd "$root"
dotnet build tests/AksArcJit.Server.Tests -c Release -v quiet -p:RestoreLockedMode=true || die "the build failed; see above."
AKSARCJIT_MANY=${1:-1000} AKSARCJIT_KILLS=${2:-60} tests/AksArcJit.Server.Tests/bin/Release/net10.0/AksArcJit.Server.Tests \
    --progress off --no-ansi --xunit-diagnostics on --filter-class '*ManyTests' --filter-class '*KillTests'
