targetScope = 'subscription'

param name string
param region string
param tags object

// For players' containers alone: the app may delete whatever container group is in it.
resource group 'Microsoft.Resources/resourceGroups@2024-11-01' = {
  name: name
  location: region
  tags: tags
}
