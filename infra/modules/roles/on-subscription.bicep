targetScope = 'subscription'

import { ownRoleName } from 'names.bicep'

param environmentName string
param appPrincipalId string

@description('Whether any of its regions holds players’ containers.')
param holdsContainers bool

// Role names are the tenant's, so they carry the environment and the subscription.
var mark = '${environmentName}, ${take(subscription().subscriptionId, 8)}'

resource containerOperator 'Microsoft.Authorization/roleDefinitions@2022-04-01' = {
  name: ownRoleName(subscription().subscriptionId, environmentName, 'container-operator')
  properties: {
    roleName: 'Berth container operator (${mark})'
    description: 'Creates, reads and deletes container groups and reads their logs: no exec, no attach, no restart.'
    type: 'CustomRole'
    assignableScopes: [subscription().id]
    permissions: [
      {
        actions: [
          'Microsoft.ContainerInstance/containerGroups/read'
          'Microsoft.ContainerInstance/containerGroups/write'
          'Microsoft.ContainerInstance/containerGroups/delete'
          'Microsoft.ContainerInstance/containerGroups/containers/logs/read'
        ]
      }
    ]
  }
}

resource quotaReader 'Microsoft.Authorization/roleDefinitions@2022-04-01' = {
  name: ownRoleName(subscription().subscriptionId, environmentName, 'quota-reader')
  properties: {
    roleName: 'Berth quota reader (${mark})'
    description: 'Reads how many container groups and cores a region allows and how many are used.'
    type: 'CustomRole'
    assignableScopes: [subscription().id]
    permissions: [{ actions: ['Microsoft.ContainerInstance/locations/usages/read'] }]
  }
}

resource identityAssigner 'Microsoft.Authorization/roleDefinitions@2022-04-01' = {
  name: ownRoleName(subscription().subscriptionId, environmentName, 'identity-assigner')
  properties: {
    roleName: 'Berth identity assigner (${mark})'
    description: 'Puts a user-assigned identity on a container group.'
    type: 'CustomRole'
    assignableScopes: [subscription().id]
    permissions: [
      {
        actions: [
          'Microsoft.ManagedIdentity/userAssignedIdentities/read'
          'Microsoft.ManagedIdentity/userAssignedIdentities/assign/action'
        ]
      }
    ]
  }
}

// A region's quota is the subscription's: no narrower scope has it.
resource appReadsQuota 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (holdsContainers) {
  name: guid(subscription().id, appPrincipalId, quotaReader.name)
  properties: { principalId: appPrincipalId, principalType: 'ServicePrincipal', roleDefinitionId: quotaReader.id }
}
