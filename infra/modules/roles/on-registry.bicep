import { builtIn } from 'names.bicep'

param name string

@description('`registry`: AcrPull pulls, lists repositories and reads tags. `repository`: AcrPull counts for nothing there.')
@allowed(['registry', 'repository'])
param permissions string
param appPrincipalId string

@description('Empty when containers carry no identity.')
param pullPrincipalId string

var appRoles = permissions == 'registry'
  ? [builtIn.acrPull]
  : [builtIn.repositoryReader, builtIn.repositoryCatalogLister]
var pullRole = permissions == 'registry' ? builtIn.acrPull : builtIn.repositoryReader

resource registry 'Microsoft.ContainerRegistry/registries@2025-11-01' existing = {
  name: name
}

resource appListsImages 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for role in appRoles: {
    name: guid(registry.id, appPrincipalId, role)
    scope: registry
    properties: {
      principalId: appPrincipalId
      principalType: 'ServicePrincipal'
      roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', role)
    }
  }
]

resource containersPull 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (!empty(pullPrincipalId)) {
  name: guid(registry.id, pullPrincipalId, pullRole)
  scope: registry
  properties: {
    principalId: pullPrincipalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', pullRole)
  }
}
