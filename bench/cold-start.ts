import { execFile } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { z } from 'zod';
import { startAzurite } from '../local/azurite.ts';
import { machineEnvironment } from '../local/child-process.ts';
import { startHostProcess } from '../local/functions-host/child.ts';
import { createSigningKey, mintToken, publicEntry } from '../local/signing-key.ts';
import { type Bench, Figures, type Part } from './part.ts';
import { type BareApp, buildBareApp } from './support/bare-app.ts';
import { ending } from './support/ending.ts';
import { median } from './support/percentiles.ts';

const run = promisify(execFile);
const timer = fileURLToPath(new URL('support/time-load.ts', import.meta.url));
/** A load takes tens of milliseconds: one run's figure is the median of so many processes. */
const loads = 7;
const Timed = z.object({ ms: z.number() });

async function loadOnce(files: readonly string[], settings: Readonly<Record<string, string>>): Promise<number> {
  const { stdout } = await run(process.execPath, [timer, ...files], {
    env: { ...machineEnvironment(), ...settings },
  });
  return Timed.parse(JSON.parse(stdout.trim().split('\n').at(-1) ?? '')).ms;
}

interface Load {
  readonly id: string;
  readonly about: string;
  readonly files: readonly string[];
}

/** The chunk that esbuild made of a file that is loaded at its first use only. */
async function chunkOf(dist: string, name: string): Promise<string> {
  const found = (await readdir(dist)).find((file) => file.startsWith(`${name}-`) && file.endsWith('.js'));
  if (found === undefined) throw new Error(`the build has no ${name} of its own`);
  return join(dist, found);
}

async function loadsOf(appDir: string, bare: BareApp): Promise<readonly Load[]> {
  const dist = join(appDir, 'dist');
  const main = join(dist, 'main.js');
  return [
    { id: 'bare', about: 'bare Functions, Tables and Queues', files: [bare.entry] },
    { id: 'http', about: 'the HTTP path: the app’s main', files: [main] },
    {
      id: 'aci',
      about: 'a queue function’s first start on ACI: main and the Azure clients',
      files: [main, await chunkOf(dist, 'open-aci')],
    },
    {
      id: 'docker',
      about: 'a queue function’s first start on Docker: main and the engine’s client',
      files: [main, await chunkOf(dist, 'open-docker')],
    },
  ];
}

/** In turns, so that whatever else the machine does meets all alike. */
async function timeLoads(
  all: readonly Load[],
  settings: Readonly<Record<string, string>>,
): Promise<Map<string, number>> {
  const times = new Map(all.map(({ id }) => [id, [] as number[]]));
  for (let turn = 0; turn < loads; turn += 1)
    for (const { id, files } of all) times.get(id)?.push(await loadOnce(files, settings));
  return new Map([...times].map(([id, values]) => [id, median(values)]));
}

async function firstAnswer(
  appDir: string,
  settings: Readonly<Record<string, string>>,
  path: string,
  token: string,
): Promise<number> {
  const began = performance.now();
  return await ending(
    startHostProcess({ appDir, settings }),
    (host) => host.stop(),
    async ({ url }) => {
      const answer = await fetch(`${url}/api/${path}`, { headers: { authorization: `Bearer ${token}` } });
      if (answer.status !== 200) throw new Error(`the first request was answered with ${answer.status}`);
      await answer.text();
      return performance.now() - began;
    },
  );
}

async function measure(bench: Bench, figures: Figures, bare: BareApp, storage: string): Promise<void> {
  const key = await createSigningKey({ event: 'ctf', iss: 'bench', kid: 'bench' });
  const settings = {
    AzureWebJobsStorage: storage,
    BERTH_TOKEN_KEYS: JSON.stringify([publicEntry(key)]),
    BERTH_BACKEND: 'docker',
    BERTH_DOCKER_HOST: 'unix:///nowhere.sock',
  };
  const person = { sub: 'users:900000001', uid: '900000001', name: 'Bench', role: 'player' } as const;
  const token = await mintToken(key, { ...person, scope: 'challenge', challenge: 'bench' }, Date.now());
  const all = await loadsOf(bench.appDir, bare);
  for (let turn = 1; turn <= bench.runs; turn += 1) {
    bench.say(`run ${turn}`);
    const times = await timeLoads(all, settings);
    const bareMs = times.get('bare') ?? Number.NaN;
    for (const { id, about } of all) figures.add(`cold.${id}`, `load of ${about}`, 'ms', times.get(id) ?? Number.NaN);
    figures.add('cold.http-ratio', 'load of the HTTP path ÷ bare', '×', (times.get('http') ?? Number.NaN) / bareMs);
    const own = await firstAnswer(bench.appDir, settings, 'containers/bench', token);
    const bareStart = await firstAnswer(bare.directory, settings, 'row', token);
    figures.add('cold.first', 'process start to the first answer, a status read', 'ms', own);
    figures.add('cold.first-bare', 'the same of the bare app, one read', 'ms', bareStart);
    figures.add('cold.first-ratio', 'the two ÷ each other', '×', own / bareStart);
  }
}

/** What somebody waits for whose request wakes the app. */
export const coldStart: Part = {
  name: 'cold',
  title: 'Cold start',
  async run(bench) {
    const figures = new Figures();
    await ending(
      buildBareApp(),
      (bare) => bare.remove(),
      (bare) =>
        ending(
          startAzurite(),
          (azurite) => azurite.stop(),
          (azurite) => measure(bench, figures, bare, azurite.connectionString),
        ),
    );
    return {
      figures: figures.all(),
      notes: [
        `Loads: the median of ${loads} fresh processes each, files in the page cache. “Process start” has the local Functions host in it, for both alike; Azure’s own start of an instance comes on top.`,
      ],
    };
  },
};
