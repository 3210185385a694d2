// Ticket events in, access events out. Entra only.
param name string
param location string
param tags { *: string }
@allowed(['Standard', 'Premium'])
@description('Basic knows neither topics nor duplicate detection.')
param sku string
param brokerPrincipalId string
@description('Object id of the ticket system, which may send ticket events; empty where it is not known yet.')
param ticketSystemObjectId string

var dataReceiver = '4f6d3b9b-027b-4f4c-9142-0e5a2a2247e0'
var dataSender = '69a216fc-b8fb-44d8-bc22-1f3c2cd27a39'

resource namespace 'Microsoft.ServiceBus/namespaces@2026-01-01' = {
  name: name
  location: location
  tags: tags
  sku: { name: sku, tier: sku }
  properties: {
    disableLocalAuth: true
    minimumTlsVersion: '1.2'
  }
}

resource ticketEvents 'Microsoft.ServiceBus/namespaces/queues@2026-01-01' = {
  parent: namespace
  name: 'ticket-events'
  properties: {
    // An invocation waits out what is due within 90 s; the lock outlasts it even if one renewal is lost.
    lockDuration: 'PT2M'
    // What cannot be read is dead-lettered by the handler, with its reason, at the first sight. Deliveries are only used up by outages,
    // and an outage of the journal must not turn a closed ticket into a dead letter.
    maxDeliveryCount: 100
    // A close that is late is still a close; one that has expired is looked at by a person.
    defaultMessageTimeToLive: 'P14D'
    deadLetteringOnMessageExpiration: true
    requiresDuplicateDetection: true
    duplicateDetectionHistoryTimeWindow: 'PT10M'
  }
}

// Consumers add their own subscriptions.
resource accessEvents 'Microsoft.ServiceBus/namespaces/topics@2026-01-01' = {
  parent: namespace
  name: 'access-events'
  properties: {
    defaultMessageTimeToLive: 'P14D'
    requiresDuplicateDetection: true
    duplicateDetectionHistoryTimeWindow: 'PT10M'
    supportOrdering: true
  }
}

resource receiver 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(ticketEvents.id, 'broker', dataReceiver)
  scope: ticketEvents
  properties: {
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', dataReceiver)
    principalId: brokerPrincipalId
    principalType: 'ServicePrincipal'
  }
}

resource sender 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(accessEvents.id, 'broker', dataSender)
  scope: accessEvents
  properties: {
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', dataSender)
    principalId: brokerPrincipalId
    principalType: 'ServicePrincipal'
  }
}

resource ticketSystem 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (ticketSystemObjectId != '') {
  name: guid(ticketEvents.id, ticketSystemObjectId, dataSender)
  scope: ticketEvents
  properties: {
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', dataSender)
    principalId: ticketSystemObjectId
    principalType: 'ServicePrincipal'
  }
}

output id string = namespace.id
output host string = split(split(namespace.properties.serviceBusEndpoint, '//')[1], ':')[0]
output ticketQueue string = ticketEvents.name
output accessTopic string = accessEvents.name
