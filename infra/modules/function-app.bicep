import { alwaysReadyInstances } from '../types.bicep'

param token string
param location string
param tags object
param nodeVersion string
param instanceMemoryMB int
param maximumInstances int
param alwaysReady alwaysReadyInstances[]

@description('Absent: what Azure takes for the memory size.')
param httpConcurrency int?

param allowedOrigins string[]
param identityId string
param identityClientId string
param storage storageAddress
param insightsConnectionString string

@description('Berth’s own settings.')
param settings object

type storageAddress = {
  packagesUrl: string
  blobUri: string
  queueUri: string
  tableUri: string
}

resource plan 'Microsoft.Web/serverfarms@2024-04-01' = {
  name: 'plan-berth-${token}'
  location: location
  tags: tags
  kind: 'functionapp'
  sku: { tier: 'FlexConsumption', name: 'FC1' }
  properties: { reserved: true }
}

resource site 'Microsoft.Web/sites@2024-04-01' = {
  name: 'func-berth-${token}'
  location: location
  tags: union(tags, { 'azd-service-name': 'api' })
  kind: 'functionapp,linux'
  identity: { type: 'UserAssigned', userAssignedIdentities: { '${identityId}': {} } }
  properties: {
    serverFarmId: plan.id
    httpsOnly: true
    publicNetworkAccess: 'Enabled'
    keyVaultReferenceIdentity: identityId
    functionAppConfig: {
      runtime: { name: 'node', version: nodeVersion }
      deployment: {
        storage: {
          type: 'blobContainer'
          value: storage.packagesUrl
          authentication: { type: 'UserAssignedIdentity', userAssignedIdentityResourceId: identityId }
        }
      }
      scaleAndConcurrency: union(
        { instanceMemoryMB: instanceMemoryMB, maximumInstanceCount: maximumInstances, alwaysReady: alwaysReady },
        httpConcurrency == null ? {} : { triggers: { http: { perInstanceConcurrency: httpConcurrency } } }
      )
    }
    siteConfig: {
      minTlsVersion: '1.2'
      scmMinTlsVersion: '1.2'
      ftpsState: 'Disabled'
      http20Enabled: true
      // Tokens come in a header, never in a cookie.
      cors: { allowedOrigins: allowedOrigins, supportCredentials: false }
    }
  }

  resource appSettings 'config' = {
    name: 'appsettings'
    properties: union(
      {
        AzureWebJobsStorage__credential: 'managedidentity'
        AzureWebJobsStorage__clientId: identityClientId
        AzureWebJobsStorage__blobServiceUri: storage.blobUri
        AzureWebJobsStorage__queueServiceUri: storage.queueUri
        AzureWebJobsStorage__tableServiceUri: storage.tableUri
        APPLICATIONINSIGHTS_CONNECTION_STRING: insightsConnectionString
        // The exporter’s own telemetry to its maker.
        APPLICATION_INSIGHTS_NO_STATSBEAT: 'true'
        APPLICATIONINSIGHTS_AUTHENTICATION_STRING: 'ClientId=${identityClientId};Authorization=AAD'
      },
      settings
    )
  }

  resource noFtpPasswords 'basicPublishingCredentialsPolicies' = {
    name: 'ftp'
    properties: { allow: false }
  }

  resource noPublishingPasswords 'basicPublishingCredentialsPolicies' = {
    name: 'scm'
    properties: { allow: false }
  }
}

output name string = site.name
output id string = site.id
output url string = 'https://${site.properties.defaultHostName}'
