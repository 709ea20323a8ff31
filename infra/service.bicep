// What the bot runs on: two replicas, a PostgreSQL, and a Key Vault for what is secret.
param name string
param location string
param environmentId string
param image string
param registry string
param publicUrl string
param appId string

@description('Whatever else .env.example names, by name.')
param settings object

@secure()
param certificate string

@secure()
param sealingKeys string

@secure()
param databasePassword string

var database = 'sharebot'
var policy = loadTextContent('policy.toml')
// Other rules are a file of another name: a secret that changes by itself begins no new replicas.
var policyFile = 'policy-${uniqueString(policy)}.toml'
var environment = union(
  {
    DRAIN_SECONDS: '5'
    LOG_FORMAT: 'json'
  },
  settings,
  {
    APP_ID: appId
    TENANT_ID: tenant().tenantId
    APP_CERTIFICATE: '/secrets/app.pem'
    POLICY_FILE: '/secrets/${policyFile}'
    PUBLIC_URL: publicUrl
  }
)
// Key Vault Secrets User
var mayRead = subscriptionResourceId('Microsoft.Authorization/roleDefinitions', '4633458b-17de-408a-b874-0445c86b69e6')

resource identity 'Microsoft.ManagedIdentity/userAssignedIdentities@2023-01-31' = {
  name: '${name}-identity'
  location: location
}

resource vault 'Microsoft.KeyVault/vaults@2023-07-01' = {
  name: '${take(name, 10)}-${uniqueString(resourceGroup().id)}'
  location: location
  properties: {
    tenantId: tenant().tenantId
    sku: { family: 'A', name: 'standard' }
    enableRbacAuthorization: true
    enablePurgeProtection: true
  }
}

resource reads 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(vault.id, identity.id, mayRead)
  scope: vault
  properties: {
    principalId: identity.properties.principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: mayRead
  }
}

resource server 'Microsoft.DBforPostgreSQL/flexibleServers@2024-08-01' = {
  name: '${name}-${uniqueString(resourceGroup().id)}'
  location: location
  sku: { name: 'Standard_B1ms', tier: 'Burstable' }
  properties: {
    version: '17'
    administratorLogin: database
    administratorLoginPassword: databasePassword
    storage: { storageSizeGB: 32 }
    backup: { backupRetentionDays: 14 }
  }
}

resource ledger 'Microsoft.DBforPostgreSQL/flexibleServers/databases@2024-08-01' = {
  parent: server
  name: database
}

// From within Azure alone. For a network of its own, see docs/administration.md.
resource fromAzure 'Microsoft.DBforPostgreSQL/flexibleServers/firewallRules@2024-08-01' = {
  parent: server
  name: 'from-azure'
  properties: {
    startIpAddress: '0.0.0.0'
    endIpAddress: '0.0.0.0'
  }
}

resource certificateSecret 'Microsoft.KeyVault/vaults/secrets@2023-07-01' = {
  parent: vault
  name: 'app-certificate'
  properties: {
    contentType: 'application/x-pem-file'
    value: base64ToString(certificate)
  }
}

resource sealingSecret 'Microsoft.KeyVault/vaults/secrets@2023-07-01' = {
  parent: vault
  name: 'sealing-keys'
  properties: {
    value: sealingKeys
  }
}

resource databaseSecret 'Microsoft.KeyVault/vaults/secrets@2023-07-01' = {
  parent: vault
  name: 'database-url'
  properties: {
    value: 'postgresql://${database}:${databasePassword}@${server.properties.fullyQualifiedDomainName}/${database}?sslmode=require'
  }
}

resource bot 'Microsoft.App/containerApps@2024-03-01' = {
  name: name
  location: location
  dependsOn: [reads, ledger, fromAzure]
  identity: {
    type: 'UserAssigned'
    userAssignedIdentities: {
      '${identity.id}': {}
    }
  }
  properties: {
    environmentId: environmentId
    configuration: {
      ingress: {
        external: true
        targetPort: 3978
        transport: 'http'
        allowInsecure: false
      }
      registries: empty(registry) ? [] : [{ server: registry, identity: identity.id }]
      secrets: [
        { name: 'policy', value: policy }
        { name: 'app-certificate', keyVaultUrl: certificateSecret.properties.secretUri, identity: identity.id }
        { name: 'sealing-keys', keyVaultUrl: sealingSecret.properties.secretUri, identity: identity.id }
        { name: 'database-url', keyVaultUrl: databaseSecret.properties.secretUri, identity: identity.id }
      ]
    }
    template: {
      // What DRAIN_SECONDS takes, and thirty seconds to finish what was begun.
      terminationGracePeriodSeconds: 40
      scale: {
        minReplicas: 2
        maxReplicas: 4
      }
      volumes: [
        {
          name: 'secrets'
          storageType: 'Secret'
          secrets: [
            { secretRef: 'app-certificate', path: 'app.pem' }
            { secretRef: 'policy', path: policyFile }
          ]
        }
      ]
      containers: [
        {
          name: 'bot'
          image: image
          resources: { cpu: json('0.5'), memory: '1Gi' }
          volumeMounts: [{ volumeName: 'secrets', mountPath: '/secrets' }]
          env: concat(
            map(items(environment), each => { name: each.key, value: string(each.value) }),
            [
              { name: 'DATABASE_URL', secretRef: 'database-url' }
              { name: 'SEALING_KEYS', secretRef: 'sealing-keys' }
            ]
          )
          probes: [
            {
              type: 'Startup'
              httpGet: { path: '/healthz', port: 3978 }
              periodSeconds: 5
              failureThreshold: 24
            }
            {
              type: 'Liveness'
              httpGet: { path: '/healthz', port: 3978 }
              timeoutSeconds: 5
            }
            {
              type: 'Readiness'
              httpGet: { path: '/readyz', port: 3978 }
              periodSeconds: 2
              timeoutSeconds: 5
            }
          ]
        }
      ]
    }
  }
}
