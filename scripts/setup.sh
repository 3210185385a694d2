# Sourced by the other scripts: where things are, and what they need.
# shellcheck shell=bash
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 TESTINGPLATFORM_TELEMETRY_OPTOUT=1

say() { printf '%s\n' "$*"; }
die() { printf 'error: %s\n' "$*" >&2; exit 1; }

# need COMMAND PACKAGE: installs a Debian package that provides a command, or says what to install.
need() {
    command -v "$1" >/dev/null && return
    # On a build machine, sudo asks nobody.
    local as_root=()
    [ "$(id -u)" = 0 ] || [ -z "${CI:-}" ] || as_root=(sudo -n)
    if command -v apt-get >/dev/null && { [ "$(id -u)" = 0 ] || [ ${#as_root[@]} -gt 0 ]; }; then
        say "Installing $2 (for $1) with apt-get."
        { "${as_root[@]}" apt-get install -y -q "$2" 2>/dev/null || { "${as_root[@]}" apt-get update -q && "${as_root[@]}" apt-get install -y -q "$2"; }; } >/dev/null \
            || die "apt-get could not install $2; install it by hand and run this again."
    else
        die "$1 is missing; install it (Debian package $2) and run this again."
    fi
}

need_dotnet() {
    command -v dotnet >/dev/null && [ "$(dotnet --version 2>/dev/null | cut -d. -f1)" = 10 ] \
        || die "the .NET SDK 10 is needed and is not in Debian's packages; install it from https://dotnet.microsoft.com/download/dotnet/10.0 and run this again."
}

# RabbitMQ, as a program only: the service that its package would start is held back while it installs.
need_rabbitmq() {
    [ -x /usr/lib/rabbitmq/bin/rabbitmq-server ] && return
    local policy=/usr/sbin/policy-rc.d made=
    if command -v apt-get >/dev/null && [ "$(id -u)" = 0 ] && [ ! -e $policy ]; then
        printf '#!/bin/sh\nexit 101\n' >$policy && chmod 755 $policy && made=$policy
    fi
    # In a subshell, so that the policy goes whether or not it installs.
    (need rabbitmq-server rabbitmq-server) && local failed= || local failed=1
    [ -z "$made" ] || rm -f "$made"
    [ -x /usr/lib/rabbitmq/bin/rabbitmq-server ] || { [ -z "$failed" ] || exit 1; die "RabbitMQ is installed elsewhere than /usr/lib/rabbitmq; the tests of it are skipped where it is not there."; }
    # Installed without being started, it must not start with the machine either.
    [ -z "$made" ] || ! command -v systemctl >/dev/null || systemctl disable --quiet rabbitmq-server 2>/dev/null || true
}

# need_npm DIR WHAT: the packages of DIR's package-lock.json, beside it.
need_npm() {
    need node nodejs
    need npm npm
    local here=$root/$1
    if [ ! -e "$here/node_modules/.installed" ] || [ "$here/package-lock.json" -nt "$here/node_modules/.installed" ]; then
        say "Installing $2 with npm."
        (cd "$here" && npm ci --ignore-scripts --no-audit --no-fund --silent) || die "npm could not install $2; see above."
        touch "$here/node_modules/.installed"
    fi
}

need_azurite() { need_npm tests/azurite "the Table Storage emulator (Azurite), about half a minute,"; }
need_query_parser() { need_npm infra/queries "the parser of the alerts' queries"; }

# The Bicep compiler at the version of Directory.Packages.props; its path is then in $bicep.
need_bicep() {
    local package
    need_dotnet
    [ "$(uname -sm)" = "Linux x86_64" ] || die "the pinned Bicep compiler is the one for Linux on x64; this is $(uname -sm)."
    dotnet restore "$root/infra/compiler.csproj" --locked-mode -v quiet || die "the Bicep compiler could not be restored; see above."
    package=$(dotnet msbuild "$root/infra/compiler.csproj" -getProperty:PkgAzure_Bicep_CommandLine_linux-x64)
    bicep=$package/tools/bicep
    [ -x "$bicep" ] || die "the restored package holds no compiler at $bicep."
}
