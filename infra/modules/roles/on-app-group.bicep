import { builtIn, ownRole } from 'names.bicep'

param environmentName string
param appPrincipalId string
param storageName string
param insightsName string

@description('Empty when containers carry no identity.')
param pullIdentityName string
param defineRoles bool

var storageRoles = [
  builtIn.storageBlobDataOwner
  builtIn.storageQueueDataContributor
  builtIn.storageTableDataContributor
]
var withPullIdentity = !empty(pullIdentityName)
var assignerRole = defineRoles
  ? ownRole(subscription().subscriptionId, environmentName, 'identity-assigner')
  : subscriptionResourceId('Microsoft.Authorization/roleDefinitions', builtIn.managedIdentityOperator)

resource storage 'Microsoft.Storage/storageAccounts@2024-01-01' existing = {
  name: storageName
}

resource insights 'Microsoft.Insights/components@2020-02-02' existing = {
  name: insightsName
}

resource pullIdentity 'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30' existing = {
  name: withPullIdentity ? pullIdentityName : 'none'
}

resource appUsesStorage 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for role in storageRoles: {
    name: guid(storage.id, appPrincipalId, role)
    scope: storage
    properties: {
      principalId: appPrincipalId
      principalType: 'ServicePrincipal'
      roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', role)
    }
  }
]

resource appWritesTelemetry 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(insights.id, appPrincipalId, builtIn.monitoringMetricsPublisher)
  scope: insights
  properties: {
    principalId: appPrincipalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId(
      'Microsoft.Authorization/roleDefinitions',
      builtIn.monitoringMetricsPublisher
    )
  }
}

resource appAssignsPullIdentity 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (withPullIdentity) {
  name: guid(pullIdentity.id, appPrincipalId, assignerRole)
  scope: pullIdentity
  properties: {
    principalId: appPrincipalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: assignerRole
  }
}
