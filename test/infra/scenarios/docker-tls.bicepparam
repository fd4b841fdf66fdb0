using '../../../infra/main.bicep'

// A Docker engine behind TLS.
param environmentName = 'engine'
param location = 'westeurope'
param event = 'engine'
param backend = 'docker'
param frontEndKeys = [{ kid: 'ctfd-1', iss: 'ctfd', x: 'vT9J7zupT-TqX4lRGXyEQXSO69hnVRyQvZ8LEdqn27Y' }]
param ctfdOrigins = ['https://ctf.example.org']
param docker = {
  host: 'tcp://engine.example.org:2376'
  publicHost: 'play.example.org'
  bindAddress: '0.0.0.0'
  tlsCa: '-----BEGIN CERTIFICATE-----\\nexample\\n-----END CERTIFICATE-----'
  tlsCert: '-----BEGIN CERTIFICATE-----\\nexample\\n-----END CERTIFICATE-----'
  maxContainers: 80
  maxCores: '15.5'
  pids: 512
  pull: true
  network: 'berth'
  vault: { name: 'kv-organisers', resourceGroup: 'organisers', tlsKeySecret: 'berth-docker-key' }
}
