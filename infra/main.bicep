targetScope = 'subscription'

import { alwaysReadyInstances, budget, dockerEngine, eventSettings, frontEndKey, registry, target } from 'types.bicep'
import {
  dockerSettings
  optionalSettings
  pullSettings
  sovereignCloudSettings
  targetGroup
  targetSettings
  tokenKeys
} from 'settings.bicep'

@description('Names everything that is made. Lower-case letters, digits and hyphens.')
@minLength(1)
@maxLength(24)
param environmentName string

@description('The region of the app and its storage, where the plan Flex Consumption is offered.')
@minLength(1)
param location string

@description('The name of the CTF: part of every key, label and token.')
@minLength(1)
@maxLength(31)
param event string

@description('When the event ends, such as `2027-03-01T18:00:00Z`: no container lives longer. Empty: no end.')
param eventEnd string = ''

@description('Where containers run: on Azure Container Instances, or on a Docker engine that is reached over TLS or SSH.')
@allowed(['aci', 'docker'])
param backend string = 'aci'

@description('The front ends’ public keys. A front end without one here is refused.')
@minLength(1)
@maxLength(20)
param frontEndKeys frontEndKey[]

@description('The addresses that players open CTFd at, such as `https://ctf.example.org`: pages of these origins alone may call the app from a browser.')
@minLength(1)
param ctfdOrigins string[]

@description('Where players’ containers go; several when one region’s quota is too small. Only with the backend `aci`.')
@minLength(1)
@maxLength(50)
param targets target[] = [{ name: 'aci', region: location }]

@description('Where challenge images are. Only with the backend `aci`.')
param imageRegistry registry = { kind: 'new' }

@description('How containers get images from the registry: `identity` puts an identity on each that may pull and nothing else; `token` puts none there, but Azure cannot pull again after three hours.')
@allowed(['identity', 'token'])
param pullMode string = 'identity'

@description('The Docker engine. Only, and then needed, with the backend `docker`.')
param docker dockerEngine?

@description('Whatever else differs from the defaults.')
param eventOptions eventSettings = {}

@description('The Node.js version of the app.')
@allowed(['22', '24'])
param nodeVersion string = '22'

@description('Memory of one instance of the app, in MB.')
@allowed([512, 2048, 4096])
param instanceMemoryMB int = 2048

@description('The most instances of the app, a protection against its own cost.')
@minValue(40)
@maxValue(1000)
param maximumInstances int = 100

@description('`none`: the first request of the day waits for a cold start, and idling costs next to nothing. `event`: the functions that players wait for stand ready.')
@allowed(['none', 'event'])
param warmth string = 'none'

@description('Instead of `warmth`, instances that stand ready, function by function.')
param alwaysReady alwaysReadyInstances[]?

@description('Requests that one instance answers at a time. Absent: what Azure takes for the memory size.')
@minValue(1)
@maxValue(1000)
param httpConcurrency int?

@description('Gigabytes of logs and metrics a day, after which no more are taken until the next day.')
@minValue(1)
param logsDailyCapGb int = 1

@description('Days that logs and metrics are kept.')
@minValue(30)
@maxValue(730)
param logsRetentionDays int = 30

@description('Who gets a mail when an alert fires. Empty: the rules are there but off, and cost nothing.')
param alertEmails string[] = []

@description('A monthly budget with mails. Absent: none.')
param monthlyBudget budget?

@description('False for a deployer who may assign roles but not define them: built-in roles are used, which grant more, and the quota is not read.')
param defineRoles bool = true

var token = take(uniqueString(subscription().id, environmentName, location), 10)
var tags = { 'azd-env-name': environmentName, application: 'berth' }
var appGroupName = 'rg-berth-${environmentName}'
var onAci = backend == 'aci'
var withRegistry = onAci && imageRegistry.kind != 'none'
// Known before anything is made, since it decides what is.
var pullIdentityName = withRegistry && pullMode == 'identity' ? 'id-berth-pull-${token}' : ''
var places = onAci
  ? map(targets, one => {
      name: one.name
      region: one.region
      subscriptionId: one.?subscriptionId ?? subscription().subscriptionId
      resourceGroup: targetGroup(environmentName, one)
    })
  : []
var presets = {
  none: []
  event: [
    { name: 'http', instanceCount: 2 }
    { name: 'function:provision', instanceCount: 1 }
    { name: 'function:watch', instanceCount: 1 }
  ]
}
var registryName = imageRegistry.?name ?? 'crberth${token}'
var vaultSecrets = filter([docker.?vault.?tlsKeySecret ?? '', docker.?vault.?sshKeySecret ?? ''], one => one != '')

resource appGroup 'Microsoft.Resources/resourceGroups@2024-11-01' = {
  name: appGroupName
  location: location
  tags: tags
}

module targetGroups 'modules/target-group.bicep' = [
  for place in places: {
    name: 'berth-group-${uniqueString(place.subscriptionId, place.resourceGroup)}'
    scope: subscription(place.subscriptionId)
    params: { name: place.resourceGroup, region: place.region, tags: tags }
  }
]

module identities 'modules/identities.bicep' = {
  scope: appGroup
  params: { token: token, location: location, tags: tags, pullIdentityName: pullIdentityName }
}

module storage 'modules/storage.bicep' = {
  scope: appGroup
  params: { token: token, location: location, tags: tags }
}

module monitoring 'modules/monitoring.bicep' = {
  scope: appGroup
  params: {
    token: token
    location: location
    tags: tags
    dailyCapGb: logsDailyCapGb
    retentionDays: logsRetentionDays
  }
}

module newRegistry 'modules/registry.bicep' = if (onAci && imageRegistry.kind == 'new') {
  scope: appGroup
  params: { name: registryName, location: location, tags: tags, sku: imageRegistry.?sku ?? 'Basic' }
}

module registryAddress 'modules/registry-address.bicep' = if (withRegistry) {
  scope: resourceGroup(
    imageRegistry.?subscriptionId ?? subscription().subscriptionId,
    imageRegistry.?resourceGroup ?? appGroupName
  )
  params: { name: registryName }
  dependsOn: [newRegistry]
}

module roles 'modules/roles.bicep' = {
  name: 'berth-roles-${token}'
  params: {
    environmentName: environmentName
    appGroup: appGroup.name
    appPrincipalId: identities.outputs.appPrincipalId
    storageName: storage.outputs.name
    insightsName: monitoring.outputs.insightsName
    defineRoles: defineRoles
    targets: map(places, place => { subscriptionId: place.subscriptionId, resourceGroup: place.resourceGroup })
    pullIdentityName: pullIdentityName
    pullPrincipalId: identities.outputs.pullPrincipalId
    registry: withRegistry
      ? {
          name: registryName
          subscriptionId: imageRegistry.?subscriptionId ?? subscription().subscriptionId
          resourceGroup: imageRegistry.?resourceGroup ?? appGroupName
          permissions: imageRegistry.?permissions ?? 'registry'
        }
      : null
    vault: onAci
      ? null
      : { name: docker!.vault.name, resourceGroup: docker!.vault.resourceGroup, secrets: vaultSecrets }
  }
  dependsOn: [targetGroups, newRegistry]
}

// After the roles: an app that starts without them fails its first minutes.
module functionApp 'modules/function-app.bicep' = {
  scope: appGroup
  params: {
    token: token
    location: location
    tags: tags
    nodeVersion: nodeVersion
    instanceMemoryMB: instanceMemoryMB
    maximumInstances: maximumInstances
    alwaysReady: alwaysReady ?? presets[warmth]
    httpConcurrency: httpConcurrency
    allowedOrigins: ctfdOrigins
    identityId: identities.outputs.appId
    identityClientId: identities.outputs.appClientId
    storage: {
      packagesUrl: storage.outputs.packagesUrl
      blobUri: storage.outputs.blobUri
      queueUri: storage.outputs.queueUri
      tableUri: storage.outputs.tableUri
    }
    insightsConnectionString: monitoring.outputs.connectionString
    settings: union(
      {
        BERTH_EVENT: event
        BERTH_DEPLOYMENT: toLower(environmentName)
        BERTH_BACKEND: backend
        BERTH_TOKEN_KEYS: tokenKeys(frontEndKeys)
        BERTH_IDENTITY_CLIENT_ID: identities.outputs.appClientId
      },
      empty(eventEnd) ? {} : { BERTH_EVENT_END: eventEnd },
      optionalSettings(eventOptions),
      onAci
        ? union(
            targetSettings(environmentName, subscription().subscriptionId, targets),
            sovereignCloudSettings(eventOptions),
            pullSettings(imageRegistry, pullMode, registryAddress.?outputs.loginServer ?? '', identities.outputs.pullId)
          )
        : dockerSettings(docker!)
    )
  }
  dependsOn: [roles]
}

module workbook 'modules/workbook.bicep' = {
  scope: appGroup
  params: { location: location, tags: tags, insightsId: monitoring.outputs.insightsId }
}

module alerts 'modules/alerts.bicep' = {
  scope: appGroup
  params: { location: location, tags: tags, insightsId: monitoring.outputs.insightsId, emails: alertEmails }
}

module spending 'modules/budget.bicep' = if (monthlyBudget != null) {
  name: 'berth-budget-${token}'
  params: {
    environmentName: environmentName
    given: monthlyBudget!
    resourceGroups: union(
      [appGroupName],
      map(filter(places, place => place.subscriptionId == subscription().subscriptionId), place => place.resourceGroup)
    )
  }
  dependsOn: [appGroup, targetGroups]
}

@description('What CTFd is told as the address of Berth.')
output BERTH_URL string = functionApp.outputs.url
output BERTH_FUNCTION_APP string = functionApp.outputs.name
output BERTH_RESOURCE_GROUP string = appGroup.name
output BERTH_PLAYERS_RESOURCE_GROUPS string[] = map(places, place => place.resourceGroup)

@description('Where challenge authors push images to; empty without a registry.')
output BERTH_REGISTRY string = registryAddress.?outputs.loginServer ?? ''
