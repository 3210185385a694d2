// What the Functions host needs for itself: leases, timers, the Durable Task hub, the package, the shared Data Protection keys. Kept apart
// from the journal, so that the wide roles that the host asks for do not reach what it must not touch.
param name string
param location string
param tags { *: string }
param sku string
param brokerPrincipalId string

var containers = ['packages', 'data-protection']

// "Connecting to host storage with an identity" and "Durable Functions: Azure Storage provider with an identity" ask for these.
var roles = {
  blobDataOwner: 'b7e6dc6d-f1e8-4753-8033-0f276bb0955b'
  queueDataContributor: '974c5e8b-45b9-4653-ba55-5f855dd0fb88'
  tableDataContributor: '0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3'
}

module storage 'storageAccount.bicep' = {
  params: { name: name, location: location, tags: tags, sku: sku, isLocked: false }
}

resource account 'Microsoft.Storage/storageAccounts@2026-09-01' existing = {
  name: name
}

resource blobs 'Microsoft.Storage/storageAccounts/blobServices@2026-09-01' = {
  parent: account
  name: 'default'
  dependsOn: [storage]
}

resource container 'Microsoft.Storage/storageAccounts/blobServices/containers@2026-09-01' = [
  for name in containers: {
    parent: blobs
    name: name
    properties: { publicAccess: 'None' }
  }
]

resource hostRoles 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for role in items(roles): {
    name: guid(account.id, 'broker', role.value)
    scope: account
    dependsOn: [storage]
    properties: {
      roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', role.value)
      principalId: brokerPrincipalId
      principalType: 'ServicePrincipal'
    }
  }
]

output packageContainer string = '${storage.outputs.blobEndpoint}${containers[0]}'
output dataProtectionContainer string = '${storage.outputs.blobEndpoint}${containers[1]}'
