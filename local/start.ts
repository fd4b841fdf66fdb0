import { parseArgs } from 'node:util';
import { manageClient } from './api-client.ts';
import { type DemoChallenge, demoChallenges, registerAll } from './demo/challenges.ts';
import { startDemo } from './demo/server.ts';
import { preferredPort } from './free-port.ts';
import type { LogEntry } from './functions-host/log.ts';
import { type LocalBackend, localAzure, localDocker, NoBackendError } from './local-backend.ts';
import { type Stack, startStack } from './stack.ts';

const usage = `npm start                        the whole of Berth on this machine, with a demo page
npm start -- --backend docker    containers on a Docker engine
npm start -- --backend aci       containers on a stand-in for Azure
npm start -- --verbose           everything that the functions log`;

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

/** The engine where there is one, else the stand-in; a choice made by hand is not second-guessed. */
async function chooseBackend(choice: string | undefined): Promise<LocalBackend> {
  if (choice === 'aci') return localAzure();
  if (choice === 'docker') return localDocker();
  if (choice !== undefined) throw new NoBackendError(`--backend takes docker or aci, not ${choice}.\n${usage}`);
  try {
    return await localDocker();
  } catch (error) {
    say(`  ${error instanceof Error ? error.message.split('\n', 1)[0] : String(error)}`);
    say('  So containers are simulated. To see real ones: install Docker, start it, and run npm start again.');
    return localAzure();
  }
}

function logTo(verbose: boolean): (entry: LogEntry) => void {
  return ({ level, category, message }) => {
    const matters = level === 'error' || level === 'critical' || level === 'warning';
    if (verbose || (matters && category !== 'stderr')) say(`  ${level} ${category}: ${message}`);
  };
}

/** Everything that runs, ended in the opposite order of its start, once. */
class Running {
  readonly #ends: (() => Promise<void>)[] = [];
  #ending: Promise<void> | undefined;

  add(end: () => Promise<void>): void {
    this.#ends.unshift(end);
  }

  end(): Promise<void> {
    this.#ending ??= this.#endAll();
    return this.#ending;
  }

  async #endAll(): Promise<void> {
    for (const end of this.#ends) {
      try {
        await end();
      } catch (error) {
        process.exitCode = 1;
        say(`  could not end everything: ${error instanceof Error ? error.message : String(error)}`);
      }
    }
  }
}

async function bringUp(running: Running, choice: string | undefined, verbose: boolean): Promise<void> {
  say('1/3 a place for containers');
  const backend = await chooseBackend(choice);
  running.add(() => backend.stop());
  say(`  ${backend.says}`);
  say('2/3 storage and the functions');
  const demo: { stack?: Stack; challenges: readonly DemoChallenge[] } = { challenges: demoChallenges(backend) };
  const deployment = (): Stack => {
    if (demo.stack === undefined) throw new Error('the functions are still starting');
    return demo.stack;
  };
  const site = await startDemo({ deployment, challenges: () => demo.challenges, port: await preferredPort(8000) });
  running.add(() => site.stop());
  demo.stack = await startStack({
    settings: backend.settings,
    port: await preferredPort(7071),
    origins: [site.url],
    onLog: logTo(verbose),
  });
  running.add(() => deployment().stop());
  say('3/3 example challenges');
  await registerAll(manageClient(demo.stack), demo.challenges);
  say(`
  The demo page:    ${site.url}
  The HTTP API:     ${demo.stack.url}/api/health   ${demo.stack.url}/api/openapi.json

  Ctrl-C ends everything and removes every container.`);
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { backend: { type: 'string' }, verbose: { type: 'boolean', default: false } },
  });
  const running = new Running();
  const stopped = Promise.withResolvers<void>();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => stopped.resolve());
  try {
    await bringUp(running, values.backend, values.verbose);
    await stopped.promise;
    say('\n  ending…');
  } finally {
    await running.end();
  }
  if (process.exitCode === undefined) say('  nothing is left running.');
}

try {
  await main();
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
