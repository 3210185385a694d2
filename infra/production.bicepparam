// Zone-redundant, kept warm, its evidence protected. Names and addresses come from the environment; without somebody to wake and
// somebody to keep the key it does not compile.
using 'main.bicep'

param installation = readEnvironmentVariable('AKSARCJIT_INSTALLATION', 'production')
param alertMailAddresses = split(readEnvironmentVariable('AKSARCJIT_ALERT_MAIL'), ',')
param operatorsObjectId = readEnvironmentVariable('AKSARCJIT_OPERATORS')
param ticketSystemObjectId = readEnvironmentVariable('AKSARCJIT_TICKET_SYSTEM', '')

param sizing = {
  // Zones, not regions: a failover to another region loses the last writes, which is a store restored from a backup, and grants stop.
  storageSku: 'Standard_ZRS'
  serviceBusSku: 'Standard'
  vaultSku: 'premium'
  isZoneRedundant: true
  maximumInstances: 100
  alwaysReady: 2
}

param retention = {
  logs: 365
  // Seven years.
  anchors: 2557
  vaultSoftDelete: 90
}

param isProtected = true
param isAnchorPolicyLocked = bool(readEnvironmentVariable('AKSARCJIT_ANCHORS_LOCKED', 'false'))
