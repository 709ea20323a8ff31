// The app registration: what docs/administration.md has as a table. No application permissions.
extension microsoftGraphV1

param name string
param appId string
param publicUrl string
param certificatePublic string

var graph = '00000003-0000-0000-c000-000000000000'
var permissions = loadJsonContent('permissions.json')
var clients = loadJsonContent('clients.json')
var accessAsUser = guid(name, 'access_as_user')

resource application 'Microsoft.Graph/applications@v1.0' = {
  uniqueName: name
  displayName: 'Sharebot'
  signInAudience: 'AzureADMyOrg'
  identifierUris: ['api://botid-${appId}']
  web: {
    redirectUris: ['${publicUrl}/auth/end']
  }
  api: {
    requestedAccessTokenVersion: 2
    oauth2PermissionScopes: [
      {
        id: accessAsUser
        value: 'access_as_user'
        type: 'User'
        isEnabled: true
        adminConsentDisplayName: 'Sign people in to Sharebot'
        adminConsentDescription: 'Teams may sign people in to Sharebot.'
        userConsentDisplayName: 'Sign you in to Sharebot'
        userConsentDescription: 'Teams may sign you in to Sharebot.'
      }
    ]
    preAuthorizedApplications: [for client in clients: {
      appId: client.id
      delegatedPermissionIds: [accessAsUser]
    }]
  }
  requiredResourceAccess: [
    {
      resourceAppId: graph
      resourceAccess: [for permission in permissions: {
        id: permission.id
        type: 'Scope'
      }]
    }
  ]
  keyCredentials: [
    {
      displayName: name
      usage: 'Verify'
      type: 'AsymmetricX509Cert'
      key: certificatePublic
    }
  ]
}

resource principal 'Microsoft.Graph/servicePrincipals@v1.0' = {
  appId: application.appId
}
