// Checkpoints outside the journal's account, in append blobs under a retention policy: what is written can be added to, and neither changed
// nor deleted, by anybody, until the days have passed.
param name string
param location string
param tags { *: string }
param sku string
param isLocked bool
param brokerPrincipalId string
param appenderRoleId string
param workspaceId string
@minValue(1)
@maxValue(146000)
param retentionDays int
@description('True once the policy has been locked, which is for ever: Resource Manager refuses to write a locked policy again.')
param isPolicyLocked bool

var containerName = 'anchors'

module storage 'storageAccount.bicep' = {
  params: { name: name, location: location, tags: tags, sku: sku, isLocked: isLocked }
}

resource account 'Microsoft.Storage/storageAccounts@2026-09-01' existing = {
  name: name
}

resource blobs 'Microsoft.Storage/storageAccounts/blobServices@2026-09-01' = {
  parent: account
  name: 'default'
  dependsOn: [storage]
}

resource container 'Microsoft.Storage/storageAccounts/blobServices/containers@2026-09-01' = {
  parent: blobs
  name: containerName
  properties: { publicAccess: 'None' }
}

resource policy 'Microsoft.Storage/storageAccounts/blobServices/containers/immutabilityPolicies@2026-09-01' = if (!isPolicyLocked) {
  parent: container
  name: 'default'
  properties: {
    immutabilityPeriodSinceCreationInDays: retentionDays
    allowProtectedAppendWrites: true
  }
}

resource appender 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(container.id, 'broker', 'anchor appender')
  scope: container
  properties: { roleDefinitionId: appenderRoleId, principalId: brokerPrincipalId, principalType: 'ServicePrincipal' }
}

#disable-next-line use-recent-api-versions // As in journal.bicep.
resource audit 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  name: 'audit'
  scope: blobs
  properties: {
    workspaceId: workspaceId
    logs: [
      { category: 'StorageWrite', enabled: true }
      { category: 'StorageDelete', enabled: true }
    ]
  }
}

output container string = '${storage.outputs.blobEndpoint}${containerName}'
