# Sourced after setup.sh: how the Azure Functions host is started on one's own machine.
# shellcheck shell=bash

# The build of src/AksArcJit.Functions is what it runs.
functions_root=$root/src/AksArcJit.Functions/bin/Release/net10.0

# With Core Tools `func` on the PATH is enough; FUNCTIONS_HOST_DLL names a host that was built from its source
# (Microsoft.Azure.WebJobs.Script.WebHost.dll).
need_functions_host() {
    [ -n "${FUNCTIONS_HOST_DLL:-}" ] || command -v func >/dev/null \
        || die "the Azure Functions host is needed: install Azure Functions Core Tools 4 (func), or let FUNCTIONS_HOST_DLL name Microsoft.Azure.WebJobs.Script.WebHost.dll."
    [ -z "${FUNCTIONS_HOST_DLL:-}" ] || [ -f "$FUNCTIONS_HOST_DLL" ] || die "FUNCTIONS_HOST_DLL: there is no file $FUNCTIONS_HOST_DLL"
}

# begin_on_functions PROJECT...: what a script that plays on this host begins with, when it has read $port and $data: installs, builds the
# projects, and leaves the whole path of its empty place in $data (as it was given in $kept) and where the host answers in $url.
begin_on_functions() {
    [[ $port =~ ^[0-9]{4,5}$ ]] && [ "$port" -le 65000 ] || die "--port is a number from 1000 to 65000"
    need_dotnet
    need curl curl
    need jq jq
    need_azurite
    need_functions_host
    umask 077
    kept=$data
    data=${data:-$(mktemp -d)}
    mkdir -p "$data"
    data=$(realpath "$data")
    [ ! -e "$data/aksarcjit.json" ] || die "--data: $data holds an earlier run"
    url=http://127.0.0.1:$port
    say "Building ..."
    local project
    for project in "$@"; do
        dotnet build "$root/$project" -c Release -v quiet --nologo >"$data/build.log" 2>&1 || { cat "$data/build.log" >&2; die "the build of $project failed"; }
    done
}

build_functions() {
    dotnet build "$root/src/AksArcJit.Functions" -c Release -v quiet --nologo
}

# The emulator's well-known account and key. $1: port of the tables; blobs and queues are on the next two.
azurite_connection() {
    local key=Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==
    printf 'DefaultEndpointsProtocol=http;AccountName=devstoreaccount1;AccountKey=%s;TableEndpoint=http://127.0.0.1:%d/devstoreaccount1;BlobEndpoint=http://127.0.0.1:%d/devstoreaccount1;QueueEndpoint=http://127.0.0.1:%d/devstoreaccount1' \
        "$key" "$1" $(($1 + 1)) $(($1 + 2))
}

# run_functions_host PORT CONNECTION STATE CONFIG: in the foreground, on loopback, with a development issuer. STATE is a directory of its own.
run_functions_host() {
    local port=$1 connection=$2 state=$3 config=$4
    mkdir -p "$state"/{secrets,logs,data}
    unset CONTAINER_NAME WEBSITE_INSTANCE_ID WEBSITE_SITE_NAME
    export AzureWebJobsStorage=$connection FUNCTIONS_WORKER_RUNTIME=dotnet-isolated AZURE_FUNCTIONS_ENVIRONMENT=Development
    export AKSARCJIT_CONFIG=$config AKSARCJIT_DEVELOPMENT=$state WEBSITE_HOSTNAME=127.0.0.1:$port
    # No Service Bus here: its trigger would keep the whole host from starting.
    export AzureWebJobs_TicketEvents_Disabled=true
    cd "$functions_root"
    if [ -z "${FUNCTIONS_HOST_DLL:-}" ]; then
        exec func start --script-root "$functions_root" --port "$port"
    fi
    # A host by hand looks for language workers beside itself; ours is in the build output.
    mkdir -p "$(dirname "$FUNCTIONS_HOST_DLL")/workers"
    export AzureWebJobsScriptRoot=$functions_root FUNCTIONS_EXTENSION_VERSION=~4 AzureFunctionsWebHost__hostid=aksarcjit$port
    export AzureWebJobsSecretStorageType=files FUNCTIONS_SECRETS_PATH=$state/secrets FUNCTIONS_LOG_PATH=$state/logs FUNCTIONS_TEST_DATA_PATH=$state/data
    export ASPNETCORE_URLS=http://127.0.0.1:$port AzureFunctionsJobHost__Logging__Console__IsEnabled=true
    exec dotnet "$FUNCTIONS_HOST_DLL"
}
