using '../../../infra/main.bicep'

// Two regions and a second subscription, a registry that is there already and decides by attributes, warm functions.
param environmentName = 'large-ctf'
param location = 'swedencentral'
param event = 'finals'
param eventEnd = '2027-03-01T18:00:00Z'
param frontEndKeys = [
  { kid: 'ctfd-1', iss: 'ctfd', x: 'vT9J7zupT-TqX4lRGXyEQXSO69hnVRyQvZ8LEdqn27Y' }
  { kid: 'ctfd-2', iss: 'ctfd', x: 'QmZ7zupT-TqX4lRGXyEQXSO69hnVRyQvZ8LEdqn27YA' }
]
param ctfdOrigins = ['https://ctf.example.org', 'https://admin.ctf.example.org']
param targets = [
  { name: 'aci', region: 'westeurope', maxGroups: 500, maxCores: 1000, startsPer5Minutes: 300, startsPerHour: 1500 }
  { name: 'north', region: 'northeurope', resourceGroup: 'players-north' }
  { name: 'second', region: 'westeurope', subscriptionId: '00000000-0000-4000-8000-0000000000a2' }
]
param imageRegistry = {
  kind: 'existing'
  name: 'challenges'
  resourceGroup: 'authors'
  subscriptionId: '00000000-0000-4000-8000-0000000000a3'
  permissions: 'repository'
}
param warmth = 'event'
param httpConcurrency = 32
param nodeVersion = '24'
param alertEmails = ['organisers@example.org', 'infra@example.org']
param monthlyBudget = { amount: 500, startsOn: '2027-02-01', emails: ['organisers@example.org'] }
param eventOptions = {
  dnsPrefix: 'finals'
  defaultSize: 'medium'
  defaultLifetimeMinutes: 90
  defaultRenewals: 3
  maxAgeMinutes: 600
  quota: 2
  startsPerMinute: 4
  costCpuHour: '0.05'
  costGbHour: '0.006'
}
