using '../../../infra/main.bicep'

// A deployer who may not define roles.
param environmentName = 'builtin'
param location = 'westeurope'
param event = 'builtin'
param frontEndKeys = [{ kid: 'ctfd-1', iss: 'ctfd', x: 'vT9J7zupT-TqX4lRGXyEQXSO69hnVRyQvZ8LEdqn27Y' }]
param ctfdOrigins = ['https://ctf.example.org']
param defineRoles = false
