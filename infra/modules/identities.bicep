@description('What every name ends in.')
param token string
param location string
param tags object

@description('Of the identity that containers carry to pull with; empty when they carry none.')
param pullIdentityName string

var withPullIdentity = !empty(pullIdentityName)

resource app 'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30' = {
  name: 'id-berth-app-${token}'
  location: location
  tags: tags
}

// Players' containers carry this one, so whatever it may do, a player may do.
resource pull 'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30' = if (withPullIdentity) {
  name: pullIdentityName
  location: location
  tags: tags
}

output appId string = app.id
output appClientId string = app.properties.clientId
output appPrincipalId string = app.properties.principalId
output pullId string = withPullIdentity ? pull.id : ''
output pullPrincipalId string = withPullIdentity ? pull!.properties.principalId : ''
