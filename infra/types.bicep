@export()
@description('The public half of one front end’s signing key, as CTFd’s admin page and `npm run keys` print it. EdDSA only, so there is no secret to give.')
@sealed()
type frontEndKey = {
  @description('The key’s id, as in the tokens’ header.')
  @minLength(1)
  @maxLength(100)
  kid: string

  @description('Who signs: one name for each front end.')
  @minLength(1)
  @maxLength(100)
  iss: string

  @description('The Ed25519 public key, base64url: 43 characters.')
  @minLength(43)
  @maxLength(43)
  x: string
}

@export()
@description('One place for players’ containers: a resource group in a region. Whatever is absent is as for every target.')
@sealed()
type target = {
  @description('Lower-case letters, digits and hyphens. It stands in the table’s rows: never rename one while an event runs. The first is best called `aci`, the name of a target that stands alone.')
  @minLength(1)
  @maxLength(41)
  name: string

  @description('The region, such as `westeurope`.')
  region: string

  @description('Made by this deployment, for players’ containers and nothing else. Absent: a name made from the environment’s and the target’s.')
  resourceGroup: string?

  @description('Another subscription of the same tenant, for a quota of its own. Absent: this one.')
  subscriptionId: string?

  @description('Container groups that Azure allows there (its quota).')
  maxGroups: int?

  @description('Cores that Azure allows there (its quota).')
  maxCores: int?

  @description('Creates that Azure allows in 5 minutes.')
  startsPer5Minutes: int?

  @description('Creates that Azure allows in an hour.')
  startsPerHour: int?
}

@sealed()
type noRegistry = {
  kind: 'none'
}

@sealed()
type newRegistry = {
  kind: 'new'

  @description('5 to 50 letters and digits, unique in the world. Absent: made from the environment’s name.')
  name: string?

  @description('Basic holds 10 GB.')
  sku: ('Basic' | 'Standard' | 'Premium')?
}

@sealed()
type existingRegistry = {
  kind: 'existing'
  name: string
  resourceGroup: string

  @description('Absent: this subscription.')
  subscriptionId: string?

  @description('How the registry decides who may do what, as its Properties page says: `registry` (AcrPull counts) or `repository` (attributes count, and AcrPull is ignored).')
  permissions: ('registry' | 'repository')?
}

@export()
@description('Where challenge images are: no registry of ours (public images only), a new one, or one that is there already.')
@discriminator('kind')
type registry = noRegistry | newRegistry | existingRegistry

@export()
@description('A Docker engine that Functions in Azure reaches over TLS or SSH. Private keys are in a Key Vault: only their names are given here.')
@sealed()
type dockerEngine = {
  @description('`tcp://host:2376` with TLS, or `ssh://user@host`.')
  host: string

  @description('The host name that players connect to. Absent: the engine’s own.')
  publicHost: string?

  @description('The address of the engine’s host that published ports listen on.')
  bindAddress: string?

  @description('PEM, not a secret: who signed the engine’s certificate.')
  tlsCa: string?

  @description('PEM, not a secret: Berth’s own certificate for the engine.')
  tlsCert: string?

  @description('The fingerprint of the engine’s host key, `SHA256:…`.')
  sshHostKey: string?

  maxContainers: int?

  @description('A number as text, such as `15.5`.')
  maxCores: string?

  pids: int?
  pull: bool?
  network: string?

  @description('The vault that holds the private keys, made before this deployment and deciding by roles (RBAC).')
  vault: vault
}

@sealed()
type vault = {
  name: string
  resourceGroup: string

  @description('The secret that holds the TLS key, PEM.')
  tlsKeySecret: string?

  @description('The secret that holds the SSH private key, PEM.')
  sshKeySecret: string?
}

@export()
@description('What else an organiser may set; docs/settings.md says what each means and what holds when it is absent.')
@sealed()
type eventSettings = {
  dnsPrefix: string?
  defaultSize: ('small' | 'medium' | 'large')?
  defaultLifetimeMinutes: int?
  defaultRenewals: int?
  maxAgeMinutes: int?
  quota: int?
  startsPerMinute: int?

  @description('US dollars as text, such as `0.0405`.')
  costCpuHour: string?

  @description('US dollars as text, such as `0.00445`.')
  costGbHour: string?

  @description('For sovereign clouds.')
  armEndpoint: string?

  @description('For sovereign clouds.')
  armAudience: string?

  @description('For sovereign clouds.')
  registryAudience: string?

  @description('Where the registry’s address is not its login server’s.')
  registryEndpoint: string?
}

@export()
@description('How many instances of a function stand ready whether or not anybody asks; they cost money all the time.')
@sealed()
type alwaysReadyInstances = {
  @description('`http` for all HTTP functions together, or `function:` and a queue or timer function’s name.')
  name: string

  @minValue(0)
  @maxValue(20)
  instanceCount: int
}

@export()
@description('A monthly budget over every resource group of this deployment: a mail at 50, 80 and 100 % spent and when 100 % is forecast. It stops nothing.')
@sealed()
type budget = {
  @description('In the subscription’s currency, a month.')
  @minValue(1)
  amount: int

  @description('The first day of the month it begins in, such as `2027-03-01`. Azure refuses another one later.')
  @minLength(10)
  @maxLength(10)
  startsOn: string

  @minLength(1)
  emails: string[]
}
