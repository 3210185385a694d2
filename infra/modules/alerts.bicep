// What wakes an operator. Each rule asks for log events by their names (the methods of the Log.cs files) or for an instrument of the meters
// `AksArcJit.*`; either is enough. An event told while none of the worker's invocations runs comes as a printed line without its name, and is
// found by the line's beginning (EventLines.cs of the Functions host). infra/README.md lists them with what to do.
param location string
param tags { *: string }
param prefix string
param workspaceId string
param serviceBusId string
param mailAddresses string[]

@description('One rule: any of the events, or the instrument above its limit, in each of the last `periods` times five minutes.')
type rule = {
  name: string
  @description('0 critical, 1 error, 2 warning.')
  severity: 0 | 1 | 2
  title: string
  events: string[]
  instrument: string
  above: int
  @minValue(1)
  @maxValue(6)
  periods: int
  @description('True where the events repeat while the trouble lasts, so that their silence resolves the alert. Else a person closes it.')
  isRepeated: bool
}

var rules rule[] = [
  {
    name: 'revocation-overdue'
    severity: 0
    title: 'Access outlives its end: a binding was to be gone and is not.'
    events: ['RevocationOverdue']
    instrument: 'aksarcjit.revocations.overdue'
    above: 0
    periods: 1
    isRepeated: true
  }
  {
    name: 'journal-distrusted'
    severity: 0
    title: 'The journal contradicts its checkpoints or is damaged. Nothing is granted; look before anything is restored.'
    events: ['JournalDistrusted', 'JournalDamaged', 'Quarantined', 'QuarantinedAtStart', 'MetQuarantine']
    instrument: 'aksarcjit.journal.damages'
    above: 0
    periods: 1
    isRepeated: false
  }
  {
    name: 'revocation-unconfirmed'
    severity: 1
    title: 'A binding was removed, but the cluster has not confirmed that the access is gone.'
    events: ['RevocationUnconfirmed']
    instrument: 'aksarcjit.revocations.unconfirmed'
    above: 0
    periods: 1
    isRepeated: true
  }
  {
    name: 'residual-access'
    severity: 1
    title: 'A grant ended, but something else in the cluster still allows what it allowed.'
    events: ['ResidualAccess']
    instrument: 'aksarcjit.revocations.residual'
    above: 0
    periods: 1
    isRepeated: false
  }
  {
    name: 'sweep-finding'
    severity: 2
    title: 'The sweep met a binding that was altered, copied, re-created or left behind.'
    events: ['SweepFound']
    instrument: 'aksarcjit.sweep.findings'
    above: 0
    periods: 1
    isRepeated: false
  }
  {
    name: 'sweep-failing'
    severity: 1
    title: 'Clusters or the open index have not been swept for ten minutes.'
    events: ['SweepFailed', 'OpenIndexUnreadable']
    instrument: 'aksarcjit.sweep.failures'
    above: 0
    periods: 2
    isRepeated: true
  }
  {
    name: 'no-checkpoint'
    severity: 1
    title: 'Facts have had no checkpoint, or checkpoints no anchor, for ten minutes.'
    events: ['CheckpointOverdue', 'CheckpointFailed', 'AnchorFailed']
    instrument: 'aksarcjit.checkpoints.age'
    above: 300
    periods: 2
    isRepeated: true
  }
]

resource operators 'Microsoft.Insights/actionGroups@2023-01-01' = {
  name: '${prefix}-operators'
  location: 'global'
  tags: tags
  properties: {
    groupShortName: 'AksArcJit'
    enabled: true
    emailReceivers: [for address in mailAddresses: { name: address, emailAddress: address, useCommonAlertSchema: true }]
  }
}

resource logAlert 'Microsoft.Insights/scheduledQueryRules@2026-03-01' = [
  for rule in rules: {
    name: '${prefix}-${rule.name}'
    location: location
    tags: tags
    kind: 'LogAlert'
    properties: {
      displayName: 'AksArcJit: ${rule.name}'
      description: rule.title
      severity: rule.severity
      enabled: true
      scopes: [workspaceId]
      evaluationFrequency: 'PT5M'
      windowSize: 'PT5M'
      // The tables appear with the first telemetry, after this deployment.
      skipQueryValidation: true
      autoMitigate: rule.isRepeated
      criteria: {
        allOf: [
          {
            query: $'''
              let events = dynamic(${string(rule.events)});
              let printed = dynamic(${string(map(rule.events, event => 'AksArcJit event ${event}'))});
              union isfuzzy=true
                (AppTraces | where tostring(Properties.EventName) in (events) or Message has_any (printed)),
                (AppExceptions | where tostring(Properties.EventName) in (events)),
                (AppMetrics | where Name == "${rule.instrument}" and Max > ${rule.above})
            '''
            timeAggregation: 'Count'
            operator: 'GreaterThan'
            threshold: 0
            failingPeriods: { numberOfEvaluationPeriods: rule.periods, minFailingPeriodsToAlert: rule.periods }
          }
        ]
      }
      actions: { actionGroups: [operators.id] }
    }
  }
]

// The other rules hear what the broker says. This one hears that it says nothing: its timers run each minute.
resource silence 'Microsoft.Insights/scheduledQueryRules@2026-03-01' = {
  name: '${prefix}-silent'
  location: location
  tags: tags
  kind: 'LogAlert'
  properties: {
    displayName: 'AksArcJit: silent'
    description: 'Nothing has been heard of the broker for 15 minutes: whether grants end, nobody knows.'
    severity: 0
    enabled: true
    scopes: [workspaceId]
    evaluationFrequency: 'PT5M'
    windowSize: 'PT15M'
    skipQueryValidation: true
    autoMitigate: true
    criteria: {
      allOf: [
        {
          query: 'union isfuzzy=true AppRequests, AppTraces'
          timeAggregation: 'Count'
          operator: 'LessThan'
          threshold: 1
          failingPeriods: { numberOfEvaluationPeriods: 1, minFailingPeriodsToAlert: 1 }
        }
      ]
    }
    actions: { actionGroups: [operators.id] }
  }
}

resource deadLetters 'Microsoft.Insights/metricAlerts@2026-01-01' = {
  name: '${prefix}-dead-letters'
  location: 'global'
  tags: tags
  properties: {
    description: 'An event could not be read or delivered. A closed ticket may be among them: its access then ends only with its window.'
    severity: 1
    enabled: true
    scopes: [serviceBusId]
    evaluationFrequency: 'PT1M'
    windowSize: 'PT5M'
    autoMitigate: true
    criteria: {
      'odata.type': 'Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria'
      allOf: [
        {
          name: 'dead letters'
          criterionType: 'StaticThresholdCriterion'
          metricNamespace: 'Microsoft.ServiceBus/namespaces'
          metricName: 'DeadletteredMessages'
          dimensions: [{ name: 'EntityName', operator: 'Include', values: ['*'] }]
          timeAggregation: 'Maximum'
          operator: 'GreaterThan'
          threshold: 0
        }
      ]
    }
    actions: [{ actionGroupId: operators.id }]
  }
}
