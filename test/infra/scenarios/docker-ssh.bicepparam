using '../../../infra/main.bicep'

// A Docker engine behind SSH.
param environmentName = 'engine-ssh'
param location = 'westeurope'
param event = 'engine'
param backend = 'docker'
param frontEndKeys = [{ kid: 'ctfd-1', iss: 'ctfd', x: 'vT9J7zupT-TqX4lRGXyEQXSO69hnVRyQvZ8LEdqn27Y' }]
param ctfdOrigins = ['https://ctf.example.org']
param docker = {
  host: 'ssh://berth@engine.example.org'
  sshHostKey: 'SHA256:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU'
  vault: { name: 'kv-organisers', resourceGroup: 'organisers', sshKeySecret: 'berth-docker-ssh' }
}
