import { type Setting, settings } from '../../src/settings.ts';

/** What one target of a backend may say instead of the setting behind it; BERTH_TARGETS uses these names. */
export const targetFields = {
  aci: {
    subscriptionId: 'BERTH_AZURE_SUBSCRIPTION_ID',
    resourceGroup: 'BERTH_AZURE_RESOURCE_GROUP',
    region: 'BERTH_AZURE_REGION',
    pullMode: 'BERTH_PULL_MODE',
    pullIdentityId: 'BERTH_PULL_IDENTITY_ID',
    registryServer: 'BERTH_REGISTRY_SERVER',
    maxGroups: 'BERTH_AZURE_MAX_GROUPS',
    maxCores: 'BERTH_AZURE_MAX_CORES',
    startsPer5Minutes: 'BERTH_AZURE_STARTS_PER_5_MINUTES',
    startsPerHour: 'BERTH_AZURE_STARTS_PER_HOUR',
  },
  docker: {
    host: 'BERTH_DOCKER_HOST',
    publicHost: 'BERTH_DOCKER_PUBLIC_HOST',
    bindAddress: 'BERTH_DOCKER_BIND_ADDRESS',
    tlsCa: 'BERTH_DOCKER_TLS_CA',
    tlsCert: 'BERTH_DOCKER_TLS_CERT',
    tlsKey: 'BERTH_DOCKER_TLS_KEY',
    sshKey: 'BERTH_DOCKER_SSH_KEY',
    sshHostKey: 'BERTH_DOCKER_SSH_HOST_KEY',
    maxContainers: 'BERTH_DOCKER_MAX_CONTAINERS',
    maxCores: 'BERTH_DOCKER_MAX_CORES',
    pids: 'BERTH_DOCKER_PIDS',
    pull: 'BERTH_DOCKER_PULL',
    network: 'BERTH_DOCKER_NETWORK',
  },
} as const satisfies Readonly<Record<string, Readonly<Record<string, keyof typeof settings>>>>;

const head = `<!-- Written by \`npm run docs:settings\` from src/settings.ts. Change it there. -->

# Settings

App settings: environment variables of the Functions app. In Azure, Bicep sets them (\`infra/main.bicep\`) and the portal
shows them under *Environment variables*; a change there restarts the app, and the next deployment takes it back unless
the parameters say the same. On one machine they stand in \`local.settings.json\`.

They are read once, at the start. Every fault is named at once, in the log and in \`GET /api/health\`. A bad setting never
takes the safety away: starts are refused as \`misconfigured\`, and what already runs is looked after with the default.

What an organiser changes *during* an event (pausing starts, a message, the global maximum, draining a target) is no
setting: it is on CTFd's admin page, takes effect within seconds, and restarts nothing.
`;

const tail = `## Several targets

With \`BERTH_TARGETS\` set, every target is one entry of its list: its \`name\`, and what differs from the settings of its
backend. A name stands in the rows of containers that run there, so it must not change while an event runs. A target that
stands alone, without \`BERTH_TARGETS\`, is named after its backend: call the first entry \`aci\` or \`docker\` and growing
from one to several disturbs nothing.

${fieldTable('aci')}

${fieldTable('docker')}

Private keys do not belong into \`BERTH_TARGETS\`: give them as settings of their own.

## Settings of the Functions host

| setting | what for |
|---|---|
| \`AzureWebJobsStorage\` | The storage account by connection string: for development only. |
| \`AzureWebJobsStorage__accountName\`, or \`AzureWebJobsStorage__blobServiceUri\`, \`AzureWebJobsStorage__queueServiceUri\` and \`AzureWebJobsStorage__tableServiceUri\` | The same by identity. |
| \`AzureWebJobsStorage__credential\`, \`AzureWebJobsStorage__clientId\` | \`managedidentity\` and the client id of the app's identity. |

## Telemetry

Nothing is sent unless one of these is set. Then every container is one trace, and the metrics of \`src/telemetry/names.ts\`
are told: to Application Insights, to an OpenTelemetry collector, or to both.

| setting | what for |
|---|---|
| \`APPLICATIONINSIGHTS_CONNECTION_STRING\` | Application Insights; with \`APPLICATIONINSIGHTS_AUTHENTICATION_STRING=ClientId=…;Authorization=AAD\` by the app's identity, as Bicep sets it. |
| \`APPLICATION_INSIGHTS_NO_STATSBEAT\` | \`true\` keeps the exporter from telling its maker how it does, as Bicep sets it. |
| \`OTEL_EXPORTER_OTLP_ENDPOINT\` | A collector that takes OTLP over HTTP, such as \`http://127.0.0.1:4318\`; \`OTEL_EXPORTER_OTLP_HEADERS\` and the other standard variables beside it. |
`;

function fieldTable(kind: keyof typeof targetFields): string {
  const rows = Object.entries(targetFields[kind]).map(([field, name]) => `| \`${field}\` | \`${name}\` |`);
  return [`| \`${kind}\`: field | instead of |`, '|---|---|', ...rows].join('\n');
}

function rowOf(name: string, { about, fallback, required, secret }: Setting): string {
  const marks = [...(required ? ['**required**'] : []), ...(secret ? ['never shown'] : [])].join(', ');
  const initial = fallback === undefined ? '' : `\`${fallback}\``;
  return `| \`${name}\` | ${[initial, marks].filter((part) => part !== '').join(' ')} | ${about.replaceAll('|', '\\|')} |`;
}

function tableOf(title: string, wanted: (definition: Setting) => boolean): string {
  const rows = Object.entries<Setting>(settings).filter(([, definition]) => wanted(definition));
  const lines = rows.map(([name, definition]) => rowOf(name, definition));
  return [`## ${title}`, '', '| setting | default | what for |', '|---|---|---|', ...lines, ''].join('\n');
}

/** docs/settings.md, whole. */
export function settingsPage(): string {
  return [
    head,
    tableOf('For every backend', ({ backend }) => backend === undefined),
    tableOf('Docker', ({ backend }) => backend === 'docker'),
    tableOf('Azure Container Instances', ({ backend }) => backend === 'aci'),
    tail,
  ].join('\n');
}
