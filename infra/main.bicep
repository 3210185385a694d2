// AksArcJit on Azure: Functions on a Flex Consumption plan with all that it stands on.
// Scope: one resource group. Who deploys needs rights on this group (Contributor and User Access Administrator, for the custom roles and the
// locks) and nothing beyond, `what-if` shows the whole installation and nothing else, and several installations in one subscription cannot
// touch each other.
targetScope = 'resourceGroup'

@description('This installation\'s name, as in the options file.')
@minLength(1)
@maxLength(20)
param installation string

@description('Region; Flex Consumption must be offered there.')
param location string = resourceGroup().location

@description('Who is mailed by alerts.')
param alertMailAddresses string[]

@description('Object id of the operators\' Entra group: it rotates the key and keeps the secrets. Empty: nobody is assigned.')
param operatorsObjectId string = ''

@description('Object id of the ticket system\'s service principal: it may send ticket events. Empty: nobody is assigned.')
param ticketSystemObjectId string = ''

@description('How much is spent on standing up to failure.')
param sizing {
  storageSku: 'Standard_LRS' | 'Standard_ZRS' | 'Standard_GZRS'
  serviceBusSku: 'Standard' | 'Premium'
  vaultSku: 'standard' | 'premium'
  isZoneRedundant: bool
  maximumInstances: int
  alwaysReady: int
}

@description('How long what is kept is kept, in days.')
param retention {
  logs: int
  anchors: int
  vaultSoftDelete: int
}

@description('Puts deletion locks on journal, anchors and vault.')
param isProtected bool

@description('Set to true once the anchors\' retention policy has been locked.')
param isAnchorPolicyLocked bool = false

var suffix = uniqueString(resourceGroup().id, installation)
var prefix = 'aksarcjit-${installation}'
var tags = { application: 'aksarcjit', installation: installation }

module identity 'modules/identity.bicep' = {
  params: { name: 'id-${prefix}', location: location, tags: tags }
}

module roles 'modules/roles.bicep' = {
  params: { suffix: suffix }
}

module monitoring 'modules/monitoring.bicep' = {
  params: {
    workspaceName: 'log-${prefix}'
    componentName: 'appi-${prefix}'
    location: location
    tags: tags
    retentionDays: retention.logs
    brokerPrincipalId: identity.outputs.principalId
  }
}

module hostStorage 'modules/hostStorage.bicep' = {
  params: {
    name: 'sthost${suffix}'
    location: location
    tags: tags
    sku: sizing.storageSku
    brokerPrincipalId: identity.outputs.principalId
  }
}

module journal 'modules/journal.bicep' = {
  params: {
    name: 'stjournal${suffix}'
    location: location
    tags: tags
    sku: sizing.storageSku
    isLocked: isProtected
    brokerPrincipalId: identity.outputs.principalId
    writerRoleId: roles.outputs.journalWriter
    removerRoleId: roles.outputs.rowRemover
    workspaceId: monitoring.outputs.workspaceId
  }
}

module anchors 'modules/anchors.bicep' = {
  params: {
    name: 'stanchors${suffix}'
    location: location
    tags: tags
    sku: sizing.storageSku
    isLocked: isProtected
    brokerPrincipalId: identity.outputs.principalId
    appenderRoleId: roles.outputs.anchorAppender
    workspaceId: monitoring.outputs.workspaceId
    retentionDays: retention.anchors
    isPolicyLocked: isAnchorPolicyLocked
  }
}

module serviceBus 'modules/serviceBus.bicep' = {
  params: {
    name: 'sb-${prefix}-${suffix}'
    location: location
    tags: tags
    sku: sizing.serviceBusSku
    brokerPrincipalId: identity.outputs.principalId
    ticketSystemObjectId: ticketSystemObjectId
  }
}

module vault 'modules/vault.bicep' = {
  params: {
    name: 'kv-${suffix}'
    location: location
    tags: tags
    sku: sizing.vaultSku
    softDeleteDays: retention.vaultSoftDelete
    isLocked: isProtected
    brokerPrincipalId: identity.outputs.principalId
    signerRoleId: roles.outputs.checkpointSigner
    operatorsObjectId: operatorsObjectId
    workspaceId: monitoring.outputs.workspaceId
  }
}

module functions 'modules/functions.bicep' = {
  params: {
    planName: 'plan-${prefix}'
    appName: 'func-${prefix}-${suffix}'
    location: location
    tags: tags
    isZoneRedundant: sizing.isZoneRedundant
    maximumInstances: sizing.maximumInstances
    alwaysReady: sizing.alwaysReady
    identityId: identity.outputs.id
    identityClientId: identity.outputs.clientId
    hostStorageName: 'sthost${suffix}'
    packageContainer: hostStorage.outputs.packageContainer
    dataProtectionContainer: hostStorage.outputs.dataProtectionContainer
    serviceBusHost: serviceBus.outputs.host
    ticketQueue: serviceBus.outputs.ticketQueue
    telemetryConnectionString: monitoring.outputs.connectionString
  }
}

module alerts 'modules/alerts.bicep' = {
  params: {
    location: location
    tags: tags
    prefix: prefix
    workspaceId: monitoring.outputs.workspaceId
    serviceBusId: serviceBus.outputs.id
    mailAddresses: alertMailAddresses
  }
}

// What scripts/deploy.sh writes into the options file.
output appName string = functions.outputs.name
output appUrl string = functions.outputs.url
output journalEndpoint string = journal.outputs.endpoint
output anchorContainer string = anchors.outputs.container
output vaultName string = vault.outputs.name
output checkpointKeyId string = vault.outputs.keyId
output serviceBusHost string = serviceBus.outputs.host
output ticketQueue string = serviceBus.outputs.ticketQueue
output accessTopic string = serviceBus.outputs.accessTopic
