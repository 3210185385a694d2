// Where logs and metrics go. Entra only: without the role on the component nobody can write telemetry that looks like ours.
param workspaceName string
param componentName string
param location string
param tags { *: string }
@minValue(30)
@maxValue(730)
param retentionDays int
param brokerPrincipalId string

resource workspace 'Microsoft.OperationalInsights/workspaces@2026-03-01' = {
  name: workspaceName
  location: location
  tags: tags
  properties: {
    sku: { name: 'PerGB2018' }
    retentionInDays: retentionDays
    features: { disableLocalAuth: true, enableLogAccessUsingOnlyResourcePermissions: true }
  }
}

resource component 'Microsoft.Insights/components@2020-02-02' = {
  name: componentName
  location: location
  tags: tags
  kind: 'web'
  properties: {
    Application_Type: 'web'
    WorkspaceResourceId: workspace.id
    DisableLocalAuth: true
    // Client addresses of approvers are personal data that nothing here needs.
    DisableIpMasking: false
  }
}

// Monitoring Metrics Publisher: the role with which Application Insights takes telemetry from an identity.
resource telemetryWriter 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(component.id, 'broker', '3913510d-42f4-4e42-8a64-420c390055eb')
  scope: component
  properties: {
    roleDefinitionId: subscriptionResourceId(
      'Microsoft.Authorization/roleDefinitions',
      '3913510d-42f4-4e42-8a64-420c390055eb'
    )
    principalId: brokerPrincipalId
    principalType: 'ServicePrincipal'
  }
}

output workspaceId string = workspace.id
output connectionString string = component.properties.ConnectionString
