param name string
param location string
param tags object

@allowed(['Basic', 'Standard', 'Premium'])
param sku string

// The admin user is a password; Berth pulls and lists by identity.
resource registry 'Microsoft.ContainerRegistry/registries@2025-11-01' = {
  name: name
  location: location
  tags: tags
  sku: { name: sku }
  properties: {
    adminUserEnabled: false
    anonymousPullEnabled: false
    publicNetworkAccess: 'Enabled'
  }
}

output loginServer string = registry.properties.loginServer
