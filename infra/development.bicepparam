// One small installation that may be thrown away. Names and addresses come from the environment, so that nobody's are in the repository.
using 'main.bicep'

param installation = readEnvironmentVariable('AKSARCJIT_INSTALLATION', 'dev')
param alertMailAddresses = filter(
  split(readEnvironmentVariable('AKSARCJIT_ALERT_MAIL', ''), ','),
  address => !empty(address)
)
param operatorsObjectId = readEnvironmentVariable('AKSARCJIT_OPERATORS', '')
param ticketSystemObjectId = readEnvironmentVariable('AKSARCJIT_TICKET_SYSTEM', '')

param sizing = {
  storageSku: 'Standard_LRS'
  serviceBusSku: 'Standard'
  vaultSku: 'standard'
  isZoneRedundant: false
  maximumInstances: 40
  // Nothing kept warm: idle costs next to nothing, and an end may be a cold start late.
  alwaysReady: 0
}

param retention = {
  logs: 30
  anchors: 1
  vaultSoftDelete: 7
}

param isProtected = false
param isAnchorPolicyLocked = bool(readEnvironmentVariable('AKSARCJIT_ANCHORS_LOCKED', 'false'))
