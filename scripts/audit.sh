#!/usr/bin/env bash
# Looks every package up, direct or not, in the advisories that the package sources know. 0: nothing known; 1: findings, or could not look.
# For a scheduled job: the build only warns of advisories, so that tomorrow's does not break yesterday's clone.
# usage: ./scripts/audit.sh [Debug|Release|Azure]
. "$(dirname "$0")/setup.sh"
need_dotnet
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

# Sources that know no advisories say nothing, which looks like a clean bill. So a package with a famous one is looked up first.
cat >"$scratch/canary.csproj" <<'XML'
<Project Sdk="Microsoft.NET.Sdk">
  <PropertyGroup>
    <TargetFramework>net10.0</TargetFramework>
    <TreatWarningsAsErrors>true</TreatWarningsAsErrors>
  </PropertyGroup>
  <ItemGroup>
    <!-- GHSA-5crp-9r3c-p9vr, high. -->
    <PackageReference Include="Newtonsoft.Json" Version="[12.0.1]" />
  </ItemGroup>
</Project>
XML
if dotnet restore "$scratch/canary.csproj" -v quiet >"$scratch/log" 2>&1; then
    die "could not look: the package sources know no advisories (an old Newtonsoft.Json passes)."
fi
grep -q 'NU190[1-4]' "$scratch/log" || { cat "$scratch/log" >&2; die "could not look; see above."; }

cd "$root"
dotnet restore AksArcJit.sln --force -p:Configuration="${1:-Release}" -v quiet \
    -p:NuGetAudit=true -p:NuGetAuditMode=all -p:NuGetAuditLevel=low -p:WarningsNotAsErrors= || die "known vulnerabilities, or no restore; see above."
say "No package has a known vulnerability."
