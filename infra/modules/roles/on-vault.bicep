import { builtIn } from 'names.bicep'

param name string
param secrets string[]
param appPrincipalId string

resource vault 'Microsoft.KeyVault/vaults@2023-07-01' existing = {
  name: name

  resource secret 'secrets' existing = [for one in secrets: { name: one }]
}

// On the secrets, not on the vault: it may hold others.
resource appReadsSecrets 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for (one, index) in secrets: {
    name: guid(vault::secret[index].id, appPrincipalId, builtIn.keyVaultSecretsUser)
    scope: vault::secret[index]
    properties: {
      principalId: appPrincipalId
      principalType: 'ServicePrincipal'
      roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', builtIn.keyVaultSecretsUser)
    }
  }
]
