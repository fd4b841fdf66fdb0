param name string

resource registry 'Microsoft.ContainerRegistry/registries@2025-11-01' existing = {
  name: name
}

output loginServer string = registry.properties.loginServer
