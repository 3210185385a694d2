// Roles narrower than any that is built in: whoever takes over the broker's identity can neither delete what happened, nor export or
// replace the key that vouches for it. The operations are those of "Permissions for calling data operations" (Azure Storage REST) and of
// "Azure built-in roles for Key Vault data plane operations".
@description('Makes the names unique in the tenant, where role names are.')
param suffix string

resource journalWriter 'Microsoft.Authorization/roleDefinitions@2022-04-01' = {
  name: guid(resourceGroup().id, suffix, 'journal writer')
  properties: {
    roleName: 'AksArcJit journal writer ${suffix}'
    description: 'Storage Table Data Contributor without the deletion of tables and rows.'
    type: 'CustomRole'
    assignableScopes: [resourceGroup().id]
    permissions: [
      {
        actions: [
          'Microsoft.Storage/storageAccounts/tableServices/tables/read'
          'Microsoft.Storage/storageAccounts/tableServices/tables/write'
        ]
        dataActions: [
          'Microsoft.Storage/storageAccounts/tableServices/tables/entities/read'
          'Microsoft.Storage/storageAccounts/tableServices/tables/entities/write'
          'Microsoft.Storage/storageAccounts/tableServices/tables/entities/add/action'
          'Microsoft.Storage/storageAccounts/tableServices/tables/entities/update/action'
        ]
      }
    ]
  }
}

resource rowRemover 'Microsoft.Authorization/roleDefinitions@2022-04-01' = {
  name: guid(resourceGroup().id, suffix, 'row remover')
  properties: {
    roleName: 'AksArcJit row remover ${suffix}'
    description: 'Deletes rows of a table.'
    type: 'CustomRole'
    assignableScopes: [resourceGroup().id]
    permissions: [
      {
        actions: []
        dataActions: ['Microsoft.Storage/storageAccounts/tableServices/tables/entities/delete']
      }
    ]
  }
}

resource anchorAppender 'Microsoft.Authorization/roleDefinitions@2022-04-01' = {
  name: guid(resourceGroup().id, suffix, 'anchor appender')
  properties: {
    roleName: 'AksArcJit anchor appender ${suffix}'
    description: 'Lists and reads blobs, creates them and appends to them; overwrites and deletes nothing.'
    type: 'CustomRole'
    assignableScopes: [resourceGroup().id]
    permissions: [
      {
        actions: []
        dataActions: [
          'Microsoft.Storage/storageAccounts/blobServices/containers/blobs/read'
          'Microsoft.Storage/storageAccounts/blobServices/containers/blobs/add/action'
        ]
      }
    ]
  }
}

resource checkpointSigner 'Microsoft.Authorization/roleDefinitions@2022-04-01' = {
  name: guid(resourceGroup().id, suffix, 'checkpoint signer')
  properties: {
    roleName: 'AksArcJit checkpoint signer ${suffix}'
    description: 'Reads a public key and signs with the private one.'
    type: 'CustomRole'
    assignableScopes: [resourceGroup().id]
    permissions: [
      {
        actions: []
        dataActions: [
          'Microsoft.KeyVault/vaults/keys/read'
          'Microsoft.KeyVault/vaults/keys/sign/action'
        ]
      }
    ]
  }
}

output journalWriter string = journalWriter.id
output rowRemover string = rowRemover.id
output anchorAppender string = anchorAppender.id
output checkpointSigner string = checkpointSigner.id
