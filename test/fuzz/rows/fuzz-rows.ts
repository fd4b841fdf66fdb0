import fc from 'fast-check';
import type { JWTPayload } from 'jose';
import { BerthError, UnreadableRowError } from '../../../src/core/errors.ts';
import { onPoisonMessage } from '../../../src/functions/drain-poison.queue.ts';
import { onExpireTimer } from '../../../src/functions/expire-containers.timer.ts';
import { onProvisionMessage } from '../../../src/functions/provision-container.queue.ts';
import { onReconcileTimer } from '../../../src/functions/reconcile-containers.timer.ts';
import { onReleaseMessage } from '../../../src/functions/release-container.queue.ts';
import type { Route } from '../../../src/functions/route.ts';
import { routes } from '../../../src/functions/routes.ts';
import { onWatchMessage } from '../../../src/functions/watch-target.queue.ts';
import { type Finding, runProperty } from '../run-property.ts';
import type { Tally } from '../tally.ts';
import { Violation } from '../violation.ts';
import { type IllMessage, type IllRow, illMessage, illRow, messageOf, rowOf } from './ill-row.ts';
import { type IllWorld, openIllWorld } from './ill-world.ts';

interface IllInput {
  readonly rows: readonly IllRow[];
  readonly messages: readonly IllMessage[];
  /** Whether the passes come before players and messages. */
  readonly passesFirst: boolean;
}

const illInput: fc.Arbitrary<IllInput> = fc.record({
  rows: fc.array(illRow, { minLength: 1, maxLength: 3 }),
  messages: fc.array(illMessage, { minLength: 1, maxLength: 3 }),
  passesFirst: fc.boolean(),
});

const player = { sub: 'users:7', uid: '7', name: 'Player Seven', role: 'player' };
const organiser = { sub: 'service', uid: '1', name: 'Organiser', role: 'admin', scope: 'manage' };

function claimsFor(route: Route): JWTPayload {
  if (route.access !== 'player') return organiser;
  return route.name === 'list-own-containers'
    ? { ...player, scope: 'owner' }
    : { ...player, scope: 'challenge', challenge: 'web-1' };
}

/** A row that cannot be read is nobody's fault who asks, and the only reason for a 500. */
const unreadable = 'A stored row cannot be read';
/** In the rows of storage's samples. */
const flag = 'not-in-a-message';

function checkSaid(texts: readonly string[]): void {
  const told = texts.find((text) => text.includes(flag));
  if (told !== undefined) throw new Violation('leak', `a flag is told: ${told.slice(0, 400)}`);
}

async function askEverything(world: IllWorld, tally: Tally): Promise<void> {
  for (const route of routes) {
    const before = world.said.length;
    const { status, body } = await world.ask(route, claimsFor(route));
    checkSaid([JSON.stringify(body)]);
    const because = world.said.slice(before).join('\n');
    if (status >= 500 && !because.includes(unreadable)) {
      throw new Violation('unexpected5xx', `${route.name}: ${status} ${JSON.stringify(body)}\n${because}`);
    }
    tally.count(`(rows) ${route.method} ${route.path}`, status >= 500 ? `${status} unreadable` : String(status));
  }
}

const handlers = { provision: onProvisionMessage, release: onReleaseMessage, watch: onWatchMessage } as const;

/** Two rows that contradict each other end in `conflict`, and one that cannot be read where `mayThrow` in that. */
async function run(what: string, running: Promise<void>, mayThrow: boolean, tally: Tally): Promise<void> {
  const outcome = await running.then(
    () => 'done',
    (error: unknown) => {
      if (error instanceof BerthError && error.code === 'conflict') return 'conflict';
      if (mayThrow && error instanceof UnreadableRowError) return 'unreadable';
      throw new Violation('wrong', `${what} throws ${error instanceof Error ? error.stack : String(error)}`);
    },
  );
  tally.count(what, outcome);
}

/** What cannot be read may be thrown: then the message is tried again, and ends in the poison queue, which takes it. */
async function handle(world: IllWorld, ill: IllMessage, tally: Tally): Promise<void> {
  const message = messageOf(ill);
  await run(`(message) ${ill.kind}`, handlers[ill.kind](world.life, message), true, tally);
  await run('(message) poison', onPoisonMessage(world.life, message), false, tally);
}

async function runPasses(world: IllWorld, tally: Tally): Promise<void> {
  await run('(pass) expire', onExpireTimer(world.life), false, tally);
  if (await world.healthyIsLeft()) throw new Violation('wrong', 'another owner’s container was not expired');
  await run('(pass) reconcile', onReconcileTimer(world.life), false, tally);
}

async function live({ rows, messages, passesFirst }: IllInput, tally: Tally): Promise<void> {
  const world = await openIllWorld();
  for (const { table, partition, row, columns } of rows.map(rowOf)) {
    await world.storage.tables[table].upsert(partition, [{ row, columns }]);
  }
  if (passesFirst) await runPasses(world, tally);
  for (const message of messages) await handle(world, message, tally);
  await askEverything(world, tally);
  if (!passesFirst) await runPasses(world, tally);
  checkSaid(world.said);
}

/** Rows and messages that are not as this version writes them, under every function of the app, in this process. */
export function fuzzRows(runs: number, seed: number, tally: Tally): Promise<readonly Finding[]> {
  return runProperty(
    {
      part: 'rows',
      inputs: illInput,
      runs,
      seed,
      async run(input) {
        tally.input();
        await live(input, tally);
      },
    },
    1,
  );
}
