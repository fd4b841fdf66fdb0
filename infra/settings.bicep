import { dockerEngine, eventSettings, frontEndKey, registry, target } from 'types.bicep'

@description('An object without what is null.')
func present(given object) object =>
  toObject(filter(items(given), entry => entry.value != null), entry => entry.key, entry => entry.value)

@description('The same with every value as text: app settings know nothing else.')
func presentText(given object) object => mapValues(present(given), value => string(value))

@export()
@description('As BERTH_TOKEN_KEYS wants them: public keys, their algorithm pinned.')
func tokenKeys(keys frontEndKey[]) string =>
  string(map(keys, key => { kid: key.kid, iss: key.iss, alg: 'EdDSA', x: key.x }))

@export()
@description('What holds for every backend and does not have to be said.')
func optionalSettings(given eventSettings) object =>
  presentText({
    BERTH_DNS_PREFIX: given.?dnsPrefix
    BERTH_DEFAULT_SIZE: given.?defaultSize
    BERTH_DEFAULT_LIFETIME_MINUTES: given.?defaultLifetimeMinutes
    BERTH_DEFAULT_RENEWALS: given.?defaultRenewals
    BERTH_MAX_AGE_MINUTES: given.?maxAgeMinutes
    BERTH_QUOTA: given.?quota
    BERTH_STARTS_PER_MINUTE: given.?startsPerMinute
    BERTH_COST_CPU_HOUR: given.?costCpuHour
    BERTH_COST_GB_HOUR: given.?costGbHour
  })

@export()
@description('Where Azure is elsewhere than in the public cloud.')
func sovereignCloudSettings(given eventSettings) object =>
  presentText({
    BERTH_ARM_ENDPOINT: given.?armEndpoint
    BERTH_ARM_AUDIENCE: given.?armAudience
    BERTH_REGISTRY_AUDIENCE: given.?registryAudience
    BERTH_REGISTRY_ENDPOINT: given.?registryEndpoint
  })

@export()
@description('The resource group of a target.')
func targetGroup(environmentName string, one target) string =>
  one.?resourceGroup ?? 'rg-berth-${environmentName}-players-${one.name}'

@export()
@description('One target by the flat settings, or several by BERTH_TARGETS.')
func targetSettings(environmentName string, subscriptionId string, targets target[]) object =>
  length(targets) == 1
    ? presentText({
        BERTH_AZURE_SUBSCRIPTION_ID: targets[0].?subscriptionId ?? subscriptionId
        BERTH_AZURE_RESOURCE_GROUP: targetGroup(environmentName, targets[0])
        BERTH_AZURE_REGION: targets[0].region
        BERTH_AZURE_MAX_GROUPS: targets[0].?maxGroups
        BERTH_AZURE_MAX_CORES: targets[0].?maxCores
        BERTH_AZURE_STARTS_PER_5_MINUTES: targets[0].?startsPer5Minutes
        BERTH_AZURE_STARTS_PER_HOUR: targets[0].?startsPerHour
      })
    : {
        BERTH_TARGETS: string(map(
          targets,
          one =>
            union(
              {
                name: one.name
                subscriptionId: one.?subscriptionId ?? subscriptionId
                resourceGroup: targetGroup(environmentName, one)
                region: one.region
              },
              present({
                maxGroups: one.?maxGroups
                maxCores: one.?maxCores
                startsPer5Minutes: one.?startsPer5Minutes
                startsPerHour: one.?startsPerHour
              })
            )
        ))
      }

@description('A reference that Azure resolves by the app’s identity, so that the secret is never seen here.')
func secretReference(vaultName string, secret string?) string? =>
  secret == null ? null : '@Microsoft.KeyVault(VaultName=${vaultName};SecretName=${secret})'

@export()
@description('A remote engine; its private keys stay in the vault.')
func dockerSettings(engine dockerEngine) object =>
  presentText({
    BERTH_DOCKER_HOST: engine.host
    BERTH_DOCKER_PUBLIC_HOST: engine.?publicHost
    BERTH_DOCKER_BIND_ADDRESS: engine.?bindAddress
    BERTH_DOCKER_TLS_CA: engine.?tlsCa
    BERTH_DOCKER_TLS_CERT: engine.?tlsCert
    BERTH_DOCKER_TLS_KEY: secretReference(engine.vault.name, engine.vault.?tlsKeySecret)
    BERTH_DOCKER_SSH_KEY: secretReference(engine.vault.name, engine.vault.?sshKeySecret)
    BERTH_DOCKER_SSH_HOST_KEY: engine.?sshHostKey
    BERTH_DOCKER_MAX_CONTAINERS: engine.?maxContainers
    BERTH_DOCKER_MAX_CORES: engine.?maxCores
    BERTH_DOCKER_PIDS: engine.?pids
    BERTH_DOCKER_PULL: engine.?pull == null ? null : toLower(string(engine.?pull))
    BERTH_DOCKER_NETWORK: engine.?network
  })

@export()
@description('How containers get their images.')
func pullSettings(from registry, mode string, loginServer string, pullIdentityId string) object =>
  from.kind == 'none'
    ? { BERTH_PULL_MODE: 'none' }
    : union(
        { BERTH_REGISTRY_SERVER: loginServer, BERTH_PULL_MODE: mode },
        mode == 'identity' ? { BERTH_PULL_IDENTITY_ID: pullIdentityId } : {}
      )
