param location string
param tags object
param insightsId string

@description('Who gets a mail. Empty: the rules are there but off, and cost nothing.')
param emails string[]

var anybody = !empty(emails)

@description('Each rule fires when its query gives a row.')
var rules = [
  {
    name: 'poison'
    title: 'Berth: a message could not be handled'
    about: 'A message failed too often and went to a poison queue: a bug. Nothing is lost; see docs/event-day.md.'
    severity: 1
    every: 'PT5M'
    within: 'PT5M'
    query: '''
customMetrics
| where name == 'berth.queue.poisoned'
| summarize messages = sum(valueSum)
| where messages > 0
'''
  }
  {
    name: 'failures'
    title: 'Berth: many starts fail'
    about: 'More than a fifth of the starts of a quarter of an hour failed, and at least five.'
    severity: 1
    every: 'PT5M'
    within: 'PT15M'
    query: '''
customMetrics
| where name in ('berth.container.failed', 'berth.container.started')
| summarize failed = sumif(valueSum, name == 'berth.container.failed'), started = sumif(valueSum, name == 'berth.container.started')
| where failed >= 5 and failed > 0.2 * (failed + started)
'''
  }
  {
    name: 'queue-age'
    title: 'Berth: the queues are not worked off'
    about: 'A row has been due for more than five minutes: its messages are not handled.'
    severity: 1
    every: 'PT5M'
    within: 'PT10M'
    query: '''
customMetrics
| where name == 'berth.rows.overdue_age'
| summarize youngest = min(value), times = count()
| where youngest > 300000 and times > 3
'''
  }
  {
    name: 'waiting'
    title: 'Berth: players wait long'
    about: 'A start waited more than ten minutes in line on average: the quota is too small for those who come.'
    severity: 3
    every: 'PT15M'
    within: 'PT15M'
    query: '''
customMetrics
| where name == 'berth.container.waiting_time'
| summarize mean = sum(valueSum) / sum(valueCount)
| where mean > 600000
'''
  }
  {
    name: 'orphans'
    title: 'Berth: containers without a row'
    about: 'Reconcile removed more than three orphans within an hour: crashes, or somebody else in the resource group.'
    severity: 3
    every: 'PT15M'
    within: 'PT1H'
    query: '''
customMetrics
| where name == 'berth.reconcile.orphans'
| summarize orphans = sum(valueSum)
| where orphans > 3
'''
  }
  {
    name: 'reconcile-stopped'
    title: 'Berth: reconcile stopped itself'
    about: 'So many containers have no row that the table must be the wrong one, or two deployments share a name. Nothing was touched.'
    severity: 0
    every: 'PT5M'
    within: 'PT10M'
    query: '''
customMetrics
| where name == 'berth.reconcile.stopped'
| summarize passes = sum(valueSum)
| where passes > 0
'''
  }
  {
    name: 'challenge-paused'
    title: 'Berth: a challenge paused itself'
    about: 'It failed three times in a row for good: its image or its start is broken.'
    severity: 2
    every: 'PT5M'
    within: 'PT5M'
    query: '''
customMetrics
| where name == 'berth.challenge.paused'
| summarize challenges = sum(valueSum)
| where challenges > 0
'''
  }
  {
    name: 'health'
    title: 'Berth: degraded'
    about: 'Health has named a problem for ten minutes: GET /api/health says which.'
    severity: 2
    every: 'PT5M'
    within: 'PT15M'
    query: '''
customMetrics
| where name == 'berth.health.problems'
| summarize fewest = min(value), times = count()
| where fewest > 0 and times > 1
'''
  }
  {
    name: 'silence'
    title: 'Berth: nothing is heard of it'
    about: 'The timers tell what there is every five minutes, also when it is nothing; they have not for half an hour.'
    severity: 1
    every: 'PT15M'
    within: 'PT30M'
    query: '''
customMetrics
| where name == 'berth.containers'
| summarize times = count()
| where times == 0
'''
  }
]

resource people 'Microsoft.Insights/actionGroups@2023-01-01' = if (anybody) {
  name: 'ag-berth'
  location: 'global'
  tags: tags
  properties: {
    enabled: true
    groupShortName: 'berth'
    emailReceivers: [
      for (email, index) in emails: { name: 'organiser-${index}', emailAddress: email, useCommonAlertSchema: true }
    ]
  }
}

resource alerts 'Microsoft.Insights/scheduledQueryRules@2023-12-01' = [
  for rule in rules: {
    name: 'berth-${rule.name}'
    location: location
    tags: tags
    kind: 'LogAlert'
    properties: {
      displayName: rule.title
      description: rule.about
      severity: rule.severity
      enabled: anybody
      autoMitigate: true
      scopes: [insightsId]
      evaluationFrequency: rule.every
      windowSize: rule.within
      criteria: {
        allOf: [
          {
            query: rule.query
            timeAggregation: 'Count'
            operator: 'GreaterThan'
            threshold: 0
            failingPeriods: { numberOfEvaluationPeriods: 1, minFailingPeriodsToAlert: 1 }
          }
        ]
      }
      actions: { actionGroups: anybody ? [people.id] : [] }
    }
  }
]
