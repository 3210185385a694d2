// The key that signs checkpoints, and the secret from which consent links are made.
param name string
param location string
param tags { *: string }
@allowed(['standard', 'premium'])
@description('premium keeps the signing key in an HSM.')
param sku string
@minValue(7)
@maxValue(90)
param softDeleteDays int
param isLocked bool
param brokerPrincipalId string
param signerRoleId string
@description('Object id of the operators\' group, which rotates the key and keeps the secrets; empty where it is not known yet.')
param operatorsObjectId string
param workspaceId string

var operatorRoles = {
  keyVaultCryptoOfficer: '14b46e9e-c2b7-41b4-b07b-48a6ebf60603'
  keyVaultSecretsOfficer: 'b86a8fe4-44ce-4948-aee5-eccb2c155cd7'
}

resource vault 'Microsoft.KeyVault/vaults@2026-05-15' = {
  name: name
  location: location
  tags: tags
  properties: {
    tenantId: tenant().tenantId
    sku: { family: 'A', name: sku }
    enableRbacAuthorization: true
    enableSoftDelete: true
    softDeleteRetentionInDays: softDeleteDays
    enablePurgeProtection: true
  }
}

resource key 'Microsoft.KeyVault/vaults/keys@2026-05-15' = {
  parent: vault
  name: 'checkpoints'
  tags: tags
  properties: {
    kty: sku == 'premium' ? 'EC-HSM' : 'EC'
    curveName: 'P-256'
    keyOps: ['sign', 'verify']
    attributes: { enabled: true, exportable: false }
  }
}

// On the key, not on the vault: the broker reads no secret and no other key.
resource signer 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(key.id, 'broker', 'checkpoint signer')
  scope: key
  properties: { roleDefinitionId: signerRoleId, principalId: brokerPrincipalId, principalType: 'ServicePrincipal' }
}

resource operators 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for role in items(operatorRoles): if (operatorsObjectId != '') {
    name: guid(vault.id, operatorsObjectId, role.value)
    scope: vault
    properties: {
      roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', role.value)
      principalId: operatorsObjectId
      principalType: 'Group'
    }
  }
]

#disable-next-line use-recent-api-versions // As in journal.bicep.
resource audit 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  name: 'audit'
  scope: vault
  properties: {
    workspaceId: workspaceId
    logs: [{ category: 'AuditEvent', enabled: true }]
  }
}

resource lock 'Microsoft.Authorization/locks@2020-05-01' = if (isLocked) {
  name: 'keep'
  scope: vault
  properties: { level: 'CanNotDelete', notes: 'The key that vouches for the journal.' }
}

output name string = vault.name
output keyId string = key.properties.keyUriWithVersion
