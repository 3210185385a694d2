#!/usr/bin/env bash
# Compiles and lints everything in infra/ with the pinned compiler, and checks its formatting; then parses and binds every alert's query, as
# the compiler says that it would be deployed. Ends with one line; 0 only if there is no diagnostic at all: the compiler calls a type error a
# warning and exits with 0, so what counts is its SARIF report.
# usage: ./scripts/check-bicep.sh
. "$(dirname "$0")/setup.sh"
need_bicep
need jq jq
need_query_parser
cd "$root"

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
# What production.bicepparam takes from the environment, or does not compile.
export AKSARCJIT_ALERT_MAIL=operators@aksarcjit.invalid AKSARCJIT_OPERATORS=00000000-0000-0000-0000-000000000000

# One SARIF report a file, one after the other. They say more than the exit code.
"$bicep" lint --diagnostics-format sarif --pattern 'infra/**/*.bicep*' >"$scratch/reports" || true
files=$(find infra -name '*.bicep*' | wc -l)
reports=$(jq -s length "$scratch/reports") || die "the compiler's report is no SARIF: $(head -c 500 "$scratch/reports")"
[ "$reports" = "$files" ] || die "the compiler reported on $reports of $files files."
jq -rs --arg root "file://$root/" '[.[].runs[].results[]] | unique | .[]
    | (.locations[0].physicalLocation | "\(.artifactLocation.uri | ltrimstr($root)):\(.region.startLine)") + " \(.ruleId): \(.message.text)"' \
    "$scratch/reports" >"$scratch/diagnostics"
cat "$scratch/diagnostics" >&2

if [ ! -s "$scratch/diagnostics" ]; then
    "$bicep" build infra/main.bicep --outdir "$scratch"
    [ -s "$scratch/main.json" ] || die "infra/main.bicep compiles to nothing."
    # With copies and modules evaluated, so that each query is whole.
    cp -r infra "$scratch/deployed"
    "$bicep" snapshot "$scratch/deployed/production.bicepparam" --mode overwrite 2>"$scratch/snapshot.log" || { cat "$scratch/snapshot.log" >&2; die "what would be deployed could not be said."; }
    node infra/queries/check.js "$scratch/deployed/production.snapshot.json" >"$scratch/queries" || die "the queries could not be parsed; see above."
    cat "$scratch/queries" >&2
fi

cp -r infra "$scratch/formatted"
"$bicep" format --pattern "$scratch/formatted/**/*.bicep*"
while IFS= read -r -d '' file; do
    cmp -s "$file" "$scratch/formatted/${file#infra/}" || say "$file: not formatted as 'bicep format' does it"
done < <(find infra -name '*.bicep*' -print0) >"$scratch/unformatted"
cat "$scratch/unformatted" >&2

touch "$scratch/queries"
count=$(cat "$scratch/diagnostics" "$scratch/unformatted" "$scratch/queries" | wc -l)
say "Bicep: $files files, $count diagnostics"
[ "$count" = 0 ]
