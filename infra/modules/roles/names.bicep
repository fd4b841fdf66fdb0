@export()
@description('A role that this deployment defines, by what it is for; one in every subscription that needs it.')
func ownRole(subscriptionId string, environmentName string, purpose string) string =>
  subscriptionResourceId(
    subscriptionId,
    'Microsoft.Authorization/roleDefinitions',
    guid(subscriptionId, environmentName, 'berth', purpose)
  )

@export()
@description('The name that defines a role of `ownRole`.')
func ownRoleName(subscriptionId string, environmentName string, purpose string) string =>
  guid(subscriptionId, environmentName, 'berth', purpose)

@export()
@description('Azure’s own roles.')
var builtIn = {
  acrPull: '7f951dda-4ed3-4680-a7ca-43fe172d538d'
  containerInstancesContributor: '5d977122-f97e-4b4d-a52f-6b43003ddb4d'
  keyVaultSecretsUser: '4633458b-17de-408a-b874-0445c86b69e6'
  managedIdentityOperator: 'f1a07417-d97a-45cb-824c-7a7467783830'
  monitoringMetricsPublisher: '3913510d-42f4-4e42-8a64-420c390055eb'
  repositoryCatalogLister: 'bfdb9389-c9a5-478a-bb2f-ba9ca092c3c7'
  repositoryReader: 'b93aa761-3e63-49ed-ac28-beffa264f7ac'
  storageBlobDataOwner: 'b7e6dc6d-f1e8-4753-8033-0f276bb0955b'
  storageQueueDataContributor: '974c5e8b-45b9-4653-ba55-5f855dd0fb88'
  storageTableDataContributor: '0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3'
}
