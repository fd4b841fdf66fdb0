using 'main.bicep'

// An event of a few dozen players on Azure Container Instances. Copy this file, or give the values by azd's environment.
param environmentName = readEnvironmentVariable('AZURE_ENV_NAME', 'example')
param location = readEnvironmentVariable('AZURE_LOCATION', 'westeurope')
param event = 'example'

// CTFd's admin page (Plugins, Containers) shows this entry ready to copy; `npm run keys` makes a key by hand. Never the key with `d`.
param frontEndKeys = [
  { kid: 'ctfd-1', iss: 'ctfd', x: 'replace-with-the-public-key-that-CTFd-shows' }
]
param ctfdOrigins = ['https://ctf.example.org']
