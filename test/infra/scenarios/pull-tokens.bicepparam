using '../../../infra/main.bicep'

// No identity on players' containers; the app hands out short-lived pull tokens.
param environmentName = 'tokens'
param location = 'westeurope'
param event = 'tokens'
param frontEndKeys = [{ kid: 'ctfd-1', iss: 'ctfd', x: 'vT9J7zupT-TqX4lRGXyEQXSO69hnVRyQvZ8LEdqn27Y' }]
param ctfdOrigins = ['https://ctf.example.org']
param targets = [
  { name: 'aci', region: 'westeurope', maxGroups: 40, maxCores: 40, startsPer5Minutes: 50, startsPerHour: 200 }
]
param imageRegistry = { kind: 'existing', name: 'challenges', resourceGroup: 'authors' }
param pullMode = 'token'
param alwaysReady = [
  { name: 'http', instanceCount: 1 }
  { name: 'function:release', instanceCount: 1 }
]
