// Sharebot in Azure: its registration in Entra, the Azure Bot with Teams, and what it runs on.
// docs/administration.md says what each of these is; docs/quick-start.md how this is deployed.
targetScope = 'resourceGroup'

@description('What everything is called; small letters and hyphens.')
@minLength(3)
@maxLength(16)
param name string = 'sharebot'

param location string = resourceGroup().location

@description('The image, as `docker build` made it and a registry has it.')
param image string

@description('The server of a private registry that lets the identity NAME-identity pull; empty for a public one.')
param registry string = ''

@description('The host of PUBLIC_URL; empty for the one that Azure gives.')
param publicHost string = ''

@description('Whatever else .env.example names, by name: { ADMINISTRATORS_GROUP: \'…\', UNDO_SECONDS: 60 }')
param settings object = {}

@description('The public half of the certificate: its DER in base64.')
param certificatePublic string

@description('The PEM file of APP_CERTIFICATE, key and certificate, in base64.')
@secure()
param certificate string

@description('SEALING_KEYS: openssl rand -base64 32')
@secure()
param sealingKeys string

@description('Letters and digits only, for it stands in a URL: openssl rand -hex 24')
@secure()
param databasePassword string

resource logs 'Microsoft.OperationalInsights/workspaces@2023-09-01' = {
  name: '${name}-logs'
  location: location
  properties: {
    sku: { name: 'PerGB2018' }
    retentionInDays: 30
  }
}

resource containers 'Microsoft.App/managedEnvironments@2024-03-01' = {
  name: '${name}-containers'
  location: location
  properties: {
    appLogsConfiguration: {
      destination: 'log-analytics'
      logAnalyticsConfiguration: {
        customerId: logs.properties.customerId
        sharedKey: logs.listKeys().primarySharedKey
      }
    }
  }
}

var host = empty(publicHost) ? '${name}.${containers.properties.defaultDomain}' : publicHost

// An application's own id is in its Application ID URI, so it has to be there before that can be said.
module application 'application.bicep' = {
  name: 'application'
  params: {
    name: name
  }
}

module registration 'registration.bicep' = {
  name: 'registration'
  params: {
    name: name
    appId: application.outputs.appId
    publicUrl: 'https://${host}'
    certificatePublic: certificatePublic
  }
}

module service 'service.bicep' = {
  name: 'service'
  params: {
    name: name
    location: location
    environmentId: containers.id
    image: image
    registry: registry
    publicUrl: 'https://${host}'
    appId: application.outputs.appId
    settings: settings
    certificate: certificate
    sealingKeys: sealingKeys
    databasePassword: databasePassword
  }
}

module bot 'bot.bicep' = {
  name: 'bot'
  params: {
    name: name
    appId: application.outputs.appId
    publicUrl: 'https://${host}'
  }
}

// What the manifest's places are filled with.
output BOT_ID string = application.outputs.appId
output PUBLIC_HOST string = host
output PUBLIC_URL string = 'https://${host}'
