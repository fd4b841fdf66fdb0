using '../../../infra/main.bicep'

// No registry at all, in a sovereign cloud.
param environmentName = 'public'
param location = 'usgovvirginia'
param event = 'public'
param frontEndKeys = [{ kid: 'ctfd-1', iss: 'ctfd', x: 'vT9J7zupT-TqX4lRGXyEQXSO69hnVRyQvZ8LEdqn27Y' }]
param ctfdOrigins = ['https://ctf.example.org']
param imageRegistry = { kind: 'none' }
param eventOptions = {
  armEndpoint: 'https://management.usgovcloudapi.net'
  armAudience: 'https://management.usgovcloudapi.net'
  registryAudience: 'https://containerregistry.azure.us'
  registryEndpoint: 'https://challenges.azurecr.us'
}
