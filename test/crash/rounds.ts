import { manageClient } from '../../local/api-client.ts';
import { seconds } from '../../src/core/ids.ts';
import { Random } from '../simulation/random.ts';
import { perform, performAll } from './acts.ts';
import { auditAtRest, auditNothingLeft, auditRound, lookOn, nothingIsLeft } from './audit.ts';
import { challengeIds, registerChallenges } from './challenges.ts';
import { checkOutcomes, type Outcomes } from './check-outcomes.ts';
import type { Ground } from './ground.ts';
import { killAll } from './kills.ts';
import { owners, planRound, type RoundPlan, type RoundSize } from './plan.ts';
import type { Scene } from './scene.ts';
import { restLimitMs, settle, settleUntil } from './settle.ts';
import { openTables, type Rows, readRows } from './truth.ts';
import { Violations } from './violations.ts';

/** How long a round waits for rest. What takes longer by design is looked at again in later rounds, and at the end. */
const roundRestMs = seconds(12);

export interface RunOptions {
  readonly rounds: number;
  readonly seed: number;
  readonly size: RoundSize;
  readonly signal: AbortSignal;
  readonly say: (text: string) => void;
}

export async function openScene(ground: Ground): Promise<Scene> {
  const [deployment] = ground.deployments;
  if (deployment) await registerChallenges(manageClient(deployment));
  return { ground, tables: openTables(ground.storage.direct), violations: new Violations(), unclaimed: new Map() };
}

function states({ containers, debts }: Rows): string {
  const counts = Map.groupBy(containers, ({ state }) => state);
  const told = [...counts].map(([state, rows]) => `${rows.length} ${state}`).toSorted();
  return [...told, `${debts.length} retiring`].join(', ');
}

/** A storm, with kills in it; resolves when everything is up again. */
async function storm(scene: Scene, plan: RoundPlan, signal: AbortSignal): Promise<void> {
  const { ground } = scene;
  const over = new AbortController();
  const looking = lookOn(scene, over.signal);
  try {
    await Promise.all([
      performAll(plan.acts, ground.deployments, ground.journal, signal),
      killAll(plan.kills, ground, signal),
    ]);
  } finally {
    over.abort();
    await looking;
  }
}

function namesOfKills({ journal }: Ground, since: number): string {
  const kills = journal.entries.slice(since).filter(({ what }) => what.startsWith('kill '));
  return kills.map(({ name }) => String(name)).join(', ') || 'none';
}

/** One storm, what it takes to settle, and the audit. Returns a line that tells of it. */
export async function runRound(scene: Scene, name: string, plan: RoundPlan, signal: AbortSignal): Promise<string> {
  const { journal } = scene.ground;
  const began = performance.now();
  const first = journal.entries.length;
  journal.write(name);
  await storm(scene, plan, signal);
  const quietSince = await settle(scene, roundRestMs, signal);
  if (signal.aborted) return `${name}: stopped`;
  const rows = await auditRound(scene, quietSince);
  const acts = journal.entries.slice(first).filter(({ what }) => what.startsWith('asked ')).length;
  const took = ((performance.now() - began) / 1000).toFixed(1);
  const done = `${took} s, ${acts} acts, killed: ${namesOfKills(scene.ground, first)}`;
  const wrong = `unclaimed ${scene.unclaimed.size}, violations ${scene.violations.all.length}`;
  return `${name}: ${done}; ${states(rows)}; ${wrong}`;
}

/** Every owner, every challenge: what is not there is as good as stopped. */
export async function stopEverything({ ground }: Scene): Promise<void> {
  for (const owner of owners) {
    const stops = challengeIds.map((challenge, index) =>
      perform(
        { atMs: 0, kind: 'stop', owner, challenge, host: index % ground.hosts.length, times: 1 },
        ground.deployments,
        ground.journal,
      ),
    );
    await Promise.all(stops);
  }
}

/** After the last round: a rest that is long enough for everything, then every player stops, then nothing is left. */
async function finish(scene: Scene, { signal, say }: RunOptions): Promise<Outcomes | undefined> {
  say(`no more kills: waiting for rest, ${Math.round(restLimitMs / 1000)} s at most`);
  const quietSince = await settle(scene, restLimitMs, signal);
  if (signal.aborted) return undefined;
  say(`at rest: ${states(await auditAtRest(scene, quietSince))}`);
  const stoppedAt = Date.now();
  await stopEverything(scene);
  say('everything is stopped: waiting until nothing is left');
  await settleUntil(scene, restLimitMs, () => nothingIsLeft(scene), signal);
  if (signal.aborted) return undefined;
  await auditNothingLeft(scene, stoppedAt);
  say(`left: ${states(await readRows(scene.tables))}, ${(await scene.ground.engine.list()).length} on the engine`);
  return checkOutcomes(scene);
}

export async function runRounds(scene: Scene, options: RunOptions): Promise<Outcomes | undefined> {
  const { rounds, seed, size, signal, say } = options;
  for (let round = 0; round < rounds && !signal.aborted; round += 1) {
    const plan = planRound(new Random(seed, `round ${round}`), round, size);
    say(await runRound(scene, `round ${round + 1}`, plan, signal));
  }
  return signal.aborted ? undefined : finish(scene, options);
}
