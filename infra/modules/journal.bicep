// The journal's tables, in an account of their own. The broker writes them all, and deletes rows of the open index alone.
param name string
param location string
param tags { *: string }
param sku string
param isLocked bool
param brokerPrincipalId string
param writerRoleId string
param removerRoleId string
param workspaceId string

var openIndex = 'OpenRequests'
var others = ['AccessJournal', 'Checkpoints', 'RequestIndex']

module storage 'storageAccount.bicep' = {
  params: { name: name, location: location, tags: tags, sku: sku, isLocked: isLocked }
}

resource account 'Microsoft.Storage/storageAccounts@2026-09-01' existing = {
  name: name
}

resource tables 'Microsoft.Storage/storageAccounts/tableServices@2026-09-01' = {
  parent: account
  name: 'default'
  dependsOn: [storage]
}

resource open 'Microsoft.Storage/storageAccounts/tableServices/tables@2026-09-01' = {
  parent: tables
  name: openIndex
}

resource table 'Microsoft.Storage/storageAccounts/tableServices/tables@2026-09-01' = [
  for name in others: {
    parent: tables
    name: name
  }
]

resource writer 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(account.id, 'broker', 'journal writer')
  scope: account
  dependsOn: [storage]
  properties: { roleDefinitionId: writerRoleId, principalId: brokerPrincipalId, principalType: 'ServicePrincipal' }
}

resource remover 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(open.id, 'broker', 'row remover')
  scope: open
  properties: { roleDefinitionId: removerRoleId, principalId: brokerPrincipalId, principalType: 'ServicePrincipal' }
}

// Who deleted what, by whose identity; the journal itself proves the rest.
// The newest stable version of this type is of 2016 and knows one setting a resource.
#disable-next-line use-recent-api-versions
resource audit 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  name: 'audit'
  scope: tables
  properties: {
    workspaceId: workspaceId
    logs: [{ category: 'StorageDelete', enabled: true }]
  }
}

output endpoint string = storage.outputs.tableEndpoint
