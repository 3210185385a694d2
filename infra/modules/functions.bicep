// Flex Consumption plan and the function app.
param planName string
param appName string
param location string
param tags { *: string }
param isZoneRedundant bool
@minValue(40)
@maxValue(1000)
param maximumInstances int
@minValue(0)
@description('Instances kept warm for each group that punctual ends depend on. 0: the first call after a pause, and with it an end, may be a cold start late.')
param alwaysReady int
param identityId string
param identityClientId string
param hostStorageName string
param packageContainer string
param dataProtectionContainer string
param serviceBusHost string
param ticketQueue string
@secure()
param telemetryConnectionString string

// The HTTP functions, the orchestrations with their activities, and single functions by their names in src/AksArcJit.Functions.
var groups = ['http', 'durable', 'function:Deadlines', 'function:TicketEvents']

resource plan 'Microsoft.Web/serverfarms@2025-03-01' = {
  name: planName
  location: location
  tags: tags
  kind: 'functionapp'
  sku: { name: 'FC1', tier: 'FlexConsumption' }
  properties: { reserved: true, zoneRedundant: isZoneRedundant }
}

resource app 'Microsoft.Web/sites@2025-03-01' = {
  name: appName
  location: location
  tags: tags
  kind: 'functionapp,linux'
  identity: {
    type: 'UserAssigned'
    userAssignedIdentities: { '${identityId}': {} }
  }
  properties: {
    serverFarmId: plan.id
    httpsOnly: true
    siteConfig: {
      minTlsVersion: '1.2'
      scmMinTlsVersion: '1.2'
      ftpsState: 'Disabled'
    }
    functionAppConfig: {
      deployment: {
        storage: {
          type: 'blobContainer'
          value: packageContainer
          authentication: { type: 'UserAssignedIdentity', userAssignedIdentityResourceId: identityId }
        }
      }
      scaleAndConcurrency: {
        maximumInstanceCount: maximumInstances
        instanceMemoryMB: 2048
        alwaysReady: [for group in (alwaysReady > 0 ? groups : []): { name: group, instanceCount: alwaysReady }]
      }
      runtime: { name: 'dotnet-isolated', version: '10.0' }
    }
  }

  resource settings 'config' = {
    name: 'appsettings'
    properties: {
      // What DefaultAzureCredential takes for journal, key and anchors.
      AZURE_CLIENT_ID: identityClientId
      AKSARCJIT_CONFIG: '/home/site/wwwroot/config/aksarcjit.json'
      AKSARCJIT_DATA_PROTECTION: dataProtectionContainer
      AKSARCJIT_TICKET_QUEUE: ticketQueue
      AzureWebJobsStorage__accountName: hostStorageName
      AzureWebJobsStorage__credential: 'managedidentity'
      AzureWebJobsStorage__clientId: identityClientId
      TicketEvents__fullyQualifiedNamespace: serviceBusHost
      TicketEvents__credential: 'managedidentity'
      TicketEvents__clientId: identityClientId
      APPLICATIONINSIGHTS_CONNECTION_STRING: telemetryConnectionString
      APPLICATIONINSIGHTS_AUTHENTICATION_STRING: 'ClientId=${identityClientId};Authorization=AAD'
    }
  }

  // Publishing with a password is off; Entra remains.
  resource ftpPassword 'basicPublishingCredentialsPolicies' = {
    name: 'ftp'
    properties: { allow: false }
  }

  resource scmPassword 'basicPublishingCredentialsPolicies' = {
    name: 'scm'
    properties: { allow: false }
  }
}

output name string = app.name
output url string = 'https://${app.properties.defaultHostName}'
