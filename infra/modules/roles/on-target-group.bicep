import { builtIn, ownRole } from 'names.bicep'

param environmentName string
param appPrincipalId string
param defineRoles bool

var role = defineRoles
  ? ownRole(subscription().subscriptionId, environmentName, 'container-operator')
  : subscriptionResourceId('Microsoft.Authorization/roleDefinitions', builtIn.containerInstancesContributor)

resource appManagesContainers 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(resourceGroup().id, appPrincipalId, role)
  properties: { principalId: appPrincipalId, principalType: 'ServicePrincipal', roleDefinitionId: role }
}
