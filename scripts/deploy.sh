#!/usr/bin/env bash
# Brings an installation to Azure and keeps it there. Shows what it is about to do and asks; infra/README.md is the runbook.
. "$(dirname "$0")/setup.sh"

usage() {
    cat <<'TEXT'
usage: ./scripts/deploy.sh COMMAND --group NAME [options]
  what-if             shows what `deploy` would change, and changes nothing
  deploy              the resources of infra/: shows the changes, asks, makes them
  publish             builds the function app, puts the options file in, asks, publishes, and waits until it is ready
  rotate-key          gives the checkpoint key a new version; `publish` then takes it up
  lock-anchors        locks the retention of the anchors, for ever
options
  --group NAME        the resource group; `deploy` creates it if there is none
  --parameters NAME   development (default) or production: infra/NAME.bicepparam, which reads AKSARCJIT_INSTALLATION,
                      AKSARCJIT_ALERT_MAIL, AKSARCJIT_OPERATORS and AKSARCJIT_TICKET_SYSTEM
  --location REGION   for a group that is created
  --config FILE       for publish: the options file (clusters, approvers, sign-in); what Azure decides is filled in
  --yes               does not ask
needs az, signed in (az login); Linux on x64; for publish zip and jq
TEXT
}

command=${1:-} group='' parameters=development location='' config='' yes=''
[ $# = 0 ] || shift
while [ $# -gt 0 ]; do
    case $1 in
        --group | --parameters | --location | --config)
            [ $# -gt 1 ] || { usage >&2; die "$1 needs a value"; }
            printf -v "${1#--}" '%s' "$2"; shift ;;
        --yes) yes=yes ;;
        -h | --help) usage; exit 0 ;;
        *) usage >&2; die "unknown option $1" ;;
    esac
    shift
done
case $command in
    what-if | deploy | publish | rotate-key | lock-anchors) ;;
    -h | --help) usage; exit 0 ;;
    *) usage >&2; die "say what to do: what-if, deploy, publish, rotate-key or lock-anchors" ;;
esac
[ -n "$group" ] || die "--group names the resource group"
[[ $parameters = development || $parameters = production ]] || die "--parameters is development or production"
if [ "$command" = publish ]; then
    [ -n "$config" ] || die "--config names the options file to publish"
    [ -f "$config" ] || die "--config: there is no file $config"
    [ -d "$root/src/AksArcJit.Functions" ] || die "there is no src/AksArcJit.Functions in this tree, so there is nothing to publish"
fi
command -v az >/dev/null || die "az is missing; install the Azure CLI (https://learn.microsoft.com/cli/azure/install-azure-cli) and run this again."
need jq jq
subscription=$(az account show --query name --output tsv 2>/dev/null) || die "az is not signed in; run 'az login' and this again."

umask 077
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

# agree QUESTION: goes on only after a yes.
agree() {
    [ -z "$yes" ] || return 0
    [ -t 0 ] || die "there is nobody to ask '$1'; --yes answers it."
    local answer
    read -r -p "$1 [yes/no] " answer
    [ "$answer" = yes ] || die "nothing was changed."
}

# output NAME: an output of the newest deployment that has it, whoever made it.
output() {
    [ -s "$scratch/outputs" ] || az deployment group list --resource-group "$group" --output json \
        --query "sort_by([?properties.provisioningState=='Succeeded' && properties.outputs.appName], &properties.timestamp)[-1].properties.outputs" \
        >"$scratch/outputs" || die "the deployments of $group could not be read; see above."
    jq -er --arg name "$1" '.[$name].value' "$scratch/outputs" || die "no deployment of $group says its $1; run 'deploy' first."
}

# The account of the anchors, from the container's address; then in $account.
find_anchor_account() {
    account=$(output anchorContainer)
    account=${account#https://}
    account=${account%%.*}
}

is_group_there() { [ "$(az group exists --name "$group")" = true ]; }

# Template and parameters, by the pinned compiler and not by whichever az brings.
compile() {
    need_bicep
    "$bicep" build-params "$root/infra/$parameters.bicepparam" --stdout >"$scratch/compiled" \
        || die "infra/$parameters.bicepparam does not compile; see above."
    jq -r .templateJson "$scratch/compiled" >"$scratch/template.json"
    jq -r .parametersJson "$scratch/compiled" >"$scratch/parameters.json"
}

# A locked policy can not be written again, so a template that tries fails.
note_locked_anchors() {
    local state account made
    is_group_there || return 0
    made=$(az deployment group list --resource-group "$group" --query "[?properties.outputs.anchorContainer] | length(@)" --output tsv)
    [ "$made" != 0 ] || return 0
    find_anchor_account
    state=$(az storage container immutability-policy show --account-name "$account" --container-name anchors --query state --output tsv) \
        || die "whether the anchors' policy is locked could not be read; see above."
    [ "$state" != Locked ] || export AKSARCJIT_ANCHORS_LOCKED=true
}

arm() { az deployment group "$1" --resource-group "$group" --template-file "$scratch/template.json" --parameters "@$scratch/parameters.json" "${@:2}"; }

deploy() {
    note_locked_anchors
    compile
    if ! is_group_there; then
        [ "$command" = deploy ] || die "there is no resource group $group yet; 'deploy' creates it."
        [ -n "$location" ] || die "there is no resource group $group yet; --location says where to create it."
        agree "Create the resource group $group in $location (subscription $subscription)?"
        az group create --name "$group" --location "$location" --tags application=aksarcjit --output none
    fi
    arm what-if
    [ "$command" = deploy ] || return 0
    agree "Make these changes in $group (subscription $subscription)?"
    arm create --name aksarcjit --output none
    rm -f "$scratch/outputs"
    say "Deployed: $(output appUrl)"
}

# The secret behind consent links lives in the vault; it is made once and never shown.
fetch_consent_key() {
    local vault known
    vault=$(output vaultName)
    known=$(az keyvault secret list --vault-name "$vault" --query "[?name=='consent-key'] | length(@)" --output tsv) \
        || die "the secrets of $vault could not be listed; the group that AKSARCJIT_OPERATORS names may, and you are not in it (or not for long enough)."
    if [ "$known" = 0 ]; then
        agree "Make the secret behind consent links in $vault? (Losing it voids every link that was sent.)"
        head -c 32 /dev/urandom >"$scratch/consent.key"
        az keyvault secret set --vault-name "$vault" --name consent-key --file "$scratch/consent.key" --encoding base64 --output none
        rm "$scratch/consent.key"
    fi
    az keyvault secret download --vault-name "$vault" --name consent-key --file "$1" --encoding base64
    [ "$(wc -c <"$1")" -ge 32 ] || die "the secret consent-key of $vault holds fewer than 32 bytes."
}

# The key's versions: the newest signs, the others vouch for what they signed. The newest is then in $key.
fetch_checkpoint_keys() {
    local vault version versions
    vault=$(output vaultName)
    key=$(az keyvault key show --vault-name "$vault" --name checkpoints --query key.kid --output tsv)
    versions=$(az keyvault key list-versions --vault-name "$vault" --name checkpoints --query '[].kid' --output tsv)
    mkdir "$1/former"
    for version in $versions; do
        version=${version##*/}
        [ "$version" = "${key##*/}" ] \
            || az keyvault key download --vault-name "$vault" --name checkpoints --version "$version" --encoding PEM --file "$1/former/$version.pem"
    done
}

# The files that the options name travel with them; nothing that is written beside the app lasts.
copy_files() {
    local number=0 path paths name file from
    from=$(cd "$(dirname "$config")" && pwd)
    name=$(jq -r '[paths(strings) | select(.[-1] == "directory" or .[-2:] == ["anchors", "file"]) | map(tostring) | join(".")] | join(", ")' "$1/aksarcjit.json")
    [ -z "$name" ] || die "--config: $name: a function app has no disk that lasts; leave it out."
    paths=$(jq -c 'paths(strings) | select(any(.[-1], .[-2]; tostring | test("^kubeconfig$|Files?$")))' "$1/aksarcjit.json")
    mkdir "$1/files"
    while IFS= read -r path; do
        [ -n "$path" ] || continue
        name=$(jq -r 'map(tostring) | join(".")' <<<"$path")
        file=$(jq -r --argjson path "$path" 'getpath($path)' "$1/aksarcjit.json")
        [[ $file = /* ]] || file=$from/$file
        [ -f "$file" ] || die "--config: $name: there is no file $file"
        if [[ $name = *.kubeconfig ]] && grep -qE '^[[:space:]]*(- )?(certificate-authority|client-certificate|client-key|tokenFile|exec|auth-provider):' "$file"; then
            die "--config: $name: $file refers to other files or programs; 'kubectl config view --raw --flatten' writes one that does not."
        fi
        number=$((number + 1))
        cp "$file" "$1/files/$number"
        jq --argjson path "$path" --arg file "files/$number" 'setpath($path; $file)' "$1/aksarcjit.json" >"$scratch/options"
        mv "$scratch/options" "$1/aksarcjit.json"
    done <<<"$paths"
}

# The options file as the app gets it: what Azure decides is put in, what belongs to the other host is taken out.
write_options() {
    local url journal anchor former key=''
    url=$(output appUrl)
    journal=$(output journalEndpoint)
    anchor=$(output anchorContainer)
    jq 'del(.listen, .behindProxy, .journal, .consent.keyFile, .checkpoints.key)' "$config" >"$1/aksarcjit.json" \
        || die "--config: $config is no JSON without comments."
    copy_files "$1"
    fetch_consent_key "$1/consent.key"
    fetch_checkpoint_keys "$1"
    former=$(find "$1/former" -name '*.pem' -printf 'former/%f\n' | sort | jq -R . | jq -s .)
    jq --arg url "$url" --arg key "$key" --arg journal "$journal" --arg anchor "$anchor" --argjson former "$former" '
        .publicUrl = (.publicUrl // $url)
        | .consent.keyFile = "consent.key"
        | .journal = {kind: "tables", tables: {endpoint: $journal}}
        | .checkpoints.key = {vault: $key, former: $former}
        | .checkpoints.anchors.blob = {container: $anchor}' "$1/aksarcjit.json" >"$scratch/options"
    mv "$scratch/options" "$1/aksarcjit.json"
}

publish() {
    need zip zip
    need curl curl
    need_dotnet
    local app url tries stage=$scratch/package
    app=$(output appName)
    url=$(output appUrl)
    mkdir -p "$stage/config"
    write_options "$stage/config"
    say "Building src/AksArcJit.Functions ..."
    dotnet publish "$root/src/AksArcJit.Functions" -c Release -o "$stage" -v quiet --nologo || die "the build failed; see above."
    # The package keeps the modes, and the app does not run as whoever packed it.
    chmod -R a+rX "$stage"
    (cd "$stage" && zip -q -r "$scratch/package.zip" .)
    agree "Publish this build, with $(jq '.clusters | length' "$config") clusters, to $app (subscription $subscription)?"
    az functionapp deployment source config-zip --resource-group "$group" --name "$app" --src "$scratch/package.zip" --output none
    say "Published. Waiting for $url/readyz ..."
    for tries in $(seq 60); do
        curl -fsS -o /dev/null --max-time 10 "$url/readyz" 2>/dev/null && { say "Ready: $url"; return; }
        [ "$tries" = 60 ] || sleep 5
    done
    die "$url/readyz has not answered 200 for five minutes: $(curl -sS --max-time 10 "$url/readyz" 2>&1 | head -c 500)"
}

rotate_key() {
    local vault
    vault=$(output vaultName)
    agree "Give the key 'checkpoints' of $vault a new version?"
    az keyvault key rotate --vault-name "$vault" --name checkpoints --output none
    say "Rotated. The broker signs with the version that it was published with: run 'publish' now. Keep the old version enabled."
}

lock_anchors() {
    local account etag days
    find_anchor_account
    etag=$(az storage container immutability-policy show --account-name "$account" --container-name anchors --query etag --output tsv)
    days=$(az storage container immutability-policy show --account-name "$account" --container-name anchors --query immutabilityPeriodSinceCreationInDays --output tsv)
    agree "Lock the retention of the anchors in $account, $days days, FOR EVER? Nobody, Microsoft included, can then shorten it or delete them earlier."
    az storage container immutability-policy lock --account-name "$account" --container-name anchors --if-match "$etag" --output none
    say "Locked. Later deployments leave the policy alone by themselves."
}

case $command in
    what-if | deploy) deploy ;;
    publish) publish ;;
    rotate-key) rotate_key ;;
    lock-anchors) lock_anchors ;;
esac
