targetScope = 'subscription'

import { budget } from '../types.bicep'

param environmentName string
param given budget
param resourceGroups string[]

resource monthly 'Microsoft.Consumption/budgets@2023-11-01' = {
  name: 'berth-${environmentName}'
  properties: {
    category: 'Cost'
    amount: given.amount
    timeGrain: 'Monthly'
    timePeriod: { startDate: given.startsOn }
    filter: { dimensions: { name: 'ResourceGroupName', operator: 'In', values: resourceGroups } }
    notifications: {
      half: { enabled: true, operator: 'GreaterThanOrEqualTo', threshold: 50, contactEmails: given.emails }
      most: { enabled: true, operator: 'GreaterThanOrEqualTo', threshold: 80, contactEmails: given.emails }
      all: { enabled: true, operator: 'GreaterThanOrEqualTo', threshold: 100, contactEmails: given.emails }
      forecast: {
        enabled: true
        operator: 'GreaterThanOrEqualTo'
        threshold: 100
        thresholdType: 'Forecasted'
        contactEmails: given.emails
      }
    }
  }
}
