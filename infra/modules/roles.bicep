// Who may do what: every grant of this deployment stands in this module, and docs/security-roles.md says why.
targetScope = 'subscription'

param environmentName string
param appGroup string
param appPrincipalId string
param storageName string
param insightsName string

@description('False for a deployer who may assign roles but not define them: built-in roles instead, which grant more.')
param defineRoles bool

@description('Resource groups of players’ containers; none with a Docker engine.')
param targets targetGroup[]

@description('The identity that containers carry to pull with; empty when they carry none.')
param pullIdentityName string
param pullPrincipalId string
param registry registryGrant?
param vault vaultGrant?

type targetGroup = {
  subscriptionId: string
  resourceGroup: string
}

@sealed()
type registryGrant = {
  name: string
  subscriptionId: string
  resourceGroup: string

  @description('`registry` or `repository`: which roles the registry counts.')
  permissions: 'registry' | 'repository'
}

@sealed()
type vaultGrant = {
  name: string
  resourceGroup: string
  secrets: string[]
}

var withPullIdentity = !empty(pullIdentityName)
var targetSubscriptions = map(targets, one => one.subscriptionId)
var needed = concat(targetSubscriptions, withPullIdentity ? [subscription().subscriptionId] : [])
var subscriptions = filter(needed, (id, index) => indexOf(needed, id) == index)

module onSubscription 'roles/on-subscription.bicep' = [
  for id in subscriptions: if (defineRoles) {
    name: 'berth-roles-${uniqueString(id, environmentName)}'
    scope: subscription(id)
    params: {
      environmentName: environmentName
      appPrincipalId: appPrincipalId
      holdsContainers: contains(targetSubscriptions, id)
    }
  }
]

module onTarget 'roles/on-target-group.bicep' = [
  for one in targets: {
    name: 'berth-target-${uniqueString(one.subscriptionId, one.resourceGroup)}'
    scope: resourceGroup(one.subscriptionId, one.resourceGroup)
    params: { environmentName: environmentName, appPrincipalId: appPrincipalId, defineRoles: defineRoles }
    dependsOn: [onSubscription]
  }
]

module onAppGroup 'roles/on-app-group.bicep' = {
  scope: resourceGroup(appGroup)
  params: {
    environmentName: environmentName
    appPrincipalId: appPrincipalId
    storageName: storageName
    insightsName: insightsName
    pullIdentityName: pullIdentityName
    defineRoles: defineRoles
  }
  dependsOn: [onSubscription]
}

module onRegistry 'roles/on-registry.bicep' = if (registry != null) {
  name: 'berth-registry-${uniqueString(environmentName)}'
  scope: resourceGroup(registry!.subscriptionId, registry!.resourceGroup)
  params: {
    name: registry!.name
    permissions: registry!.permissions
    appPrincipalId: appPrincipalId
    pullPrincipalId: withPullIdentity ? pullPrincipalId : ''
  }
}

module onVault 'roles/on-vault.bicep' = if (vault != null) {
  name: 'berth-vault-${uniqueString(environmentName)}'
  scope: resourceGroup(vault!.resourceGroup)
  params: { name: vault!.name, secrets: vault!.secrets, appPrincipalId: appPrincipalId }
}
