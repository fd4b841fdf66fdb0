import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** The least that reads a row and sends a message: the three libraries that the HTTP path cannot do without. */
const source = `
import { app } from '@azure/functions';
import { TableClient } from '@azure/data-tables';
import { QueueServiceClient } from '@azure/storage-queue';
const connection = process.env.AzureWebJobsStorage ?? 'UseDevelopmentStorage=true';
const table = TableClient.fromConnectionString(connection, 'containers', { allowInsecureConnection: true });
const queues = QueueServiceClient.fromConnectionString(connection);
app.http('get-row', { methods: ['GET'], route: 'row', authLevel: 'anonymous', async handler() {
  const row = await table.getEntity('none', 'none').catch(() => undefined);
  return { status: 200, jsonBody: { found: row !== undefined, queues: queues.accountName } };
} });
`;

const commonJsNames = 'import{createRequire}from"node:module";const require=createRequire(import.meta.url);';

export interface BareApp {
  readonly directory: string;
  readonly entry: string;
  remove(): Promise<void>;
}

/** Built as Berth is, with nothing of Berth in it. */
export async function buildBareApp(): Promise<BareApp> {
  const directory = await mkdtemp(join(tmpdir(), 'berth-bare-'));
  const entry = join(directory, 'main.js');
  await build({
    stdin: { contents: source, resolveDir: root },
    outfile: entry,
    bundle: true,
    mainFields: ['module', 'main'],
    format: 'esm',
    platform: 'node',
    target: 'node22',
    minifyWhitespace: true,
    external: ['@azure/functions-core'],
    banner: { js: commonJsNames },
    logLevel: 'warning',
  });
  await writeFile(join(directory, 'package.json'), JSON.stringify({ type: 'module', main: 'main.js' }));
  await cp(join(root, 'host.json'), join(directory, 'host.json'));
  return { directory, entry, remove: () => rm(directory, { recursive: true, force: true }) };
}
