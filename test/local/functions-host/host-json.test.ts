import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readHostJson } from '../../../local/functions-host/host-json.ts';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'host-json-'));
});
afterEach(() => rm(directory, { recursive: true }));

async function read(hostJson: unknown, environment: NodeJS.ProcessEnv = {}) {
  await writeFile(join(directory, 'host.json'), JSON.stringify(hostJson));
  return (await readHostJson(directory, environment)).extensions;
}

test('has the defaults of Azure', async () => {
  expect(await read({ version: '2.0' })).toEqual({
    http: { routePrefix: 'api' },
    queues: {
      ...{ batchSize: 16, newBatchThreshold: 8, maxDequeueCount: 5, messageEncoding: 'base64' },
      ...{ maxPollingInterval: 60_000, visibilityTimeout: 0 },
    },
  });
});

test('takes what is written, and halves the batch for the threshold', async () => {
  const queues = {
    batchSize: 9,
    maxPollingInterval: '00:00:02',
    visibilityTimeout: '00:00:05',
    messageEncoding: 'None',
  };
  expect(await read({ version: '2.0', extensions: { http: { routePrefix: '' }, queues } })).toMatchObject({
    http: { routePrefix: '' },
    queues: { newBatchThreshold: 4, maxPollingInterval: 2000, visibilityTimeout: 5000, messageEncoding: 'none' },
  });
});

test('is overridden by app settings, in any case, also where it says nothing', async () => {
  const hostJson = { version: '2.0', extensions: { queues: { batchSize: 9 } } };
  const environment = {
    AzureFunctionsJobHost__Extensions__Queues__BatchSize: '3',
    AZUREFUNCTIONSJOBHOST__extensions__http__routePrefix: 'v1',
  };
  expect(await read(hostJson, environment)).toMatchObject({ http: { routePrefix: 'v1' }, queues: { batchSize: 3 } });
});

test.each([
  [{ version: '1.0' }, 'version'],
  [{ version: '2.0', extensions: { queues: { batchSize: 33 } } }, 'batchSize'],
  [{ version: '2.0', extensions: { queues: { visibilityTimeout: '5' } } }, 'expected a time span'],
  [[], 'cannot be read as a JSON object'],
])('%j is refused', async (hostJson, reason) => {
  const refused = expect.objectContaining({ code: 'host-json-invalid', message: expect.stringContaining(reason) });
  await expect(read(hostJson)).rejects.toEqual(refused);
});

test('that is missing is refused', async () => {
  await expect(readHostJson(directory, {})).rejects.toMatchObject({ code: 'host-json-invalid' });
});
