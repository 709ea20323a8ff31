// The registration as far as it can be made without knowing its id. registration.bicep says the rest of the same one.
extension microsoftGraphV1

param name string

resource application 'Microsoft.Graph/applications@v1.0' = {
  uniqueName: name
  displayName: 'Sharebot'
  signInAudience: 'AzureADMyOrg'
}

output appId string = application.appId
