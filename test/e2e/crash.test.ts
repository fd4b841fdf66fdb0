import { afterEach, expect, inject, test } from 'vitest';
import { expireDue } from '../../src/core/containers/expire-due.ts';
import { reconcile } from '../../src/core/containers/reconcile.ts';
import { minutes, seconds } from '../../src/core/ids.ts';
import { auditNothingLeft, nothingIsLeft } from '../crash/audit.ts';
import { checkOutcomes } from '../crash/check-outcomes.ts';
import { type Ground, openGround } from '../crash/ground.ts';
import { type PlannedAct, type PlannedKill, planRound } from '../crash/plan.ts';
import { openScene, runRound, stopEverything } from '../crash/rounds.ts';
import { storyOf } from '../crash/story.ts';
import { Random } from '../simulation/random.ts';
import { requireBuiltApp } from '../support/built-app.ts';
import { openSubject } from '../support/docker-subject.ts';
import { deliverUntil, openInProcess } from '../support/in-process.ts';

let ground: Ground | undefined;
afterEach(async () => {
  await ground?.stop(false);
});

const size = { stormMs: seconds(6), players: 6, actsEach: 3 };
/** Before the engine goes some run already, some are being reset, and some stopped: whatever the storm has besides. */
const sure: readonly PlannedAct[] = ['users:1', 'users:2', 'users:3', 'users:4', 'teams:1'].flatMap((owner, index) => {
  const about = { owner, challenge: 'web', host: 1 };
  const press = { ...about, kind: 'double', times: 2, atMs: 0 } as const;
  const later = { ...about, kind: index % 2 === 0 ? 'reset' : 'stop', times: 1, atMs: 2800 } as const;
  return index < 3 ? [press, later] : [press];
});
const kills: readonly PlannedKill[] = [
  { what: 'host', host: 0, atMs: 2600, downMs: 500, hiddenMs: seconds(600) },
  { what: 'engine', atMs: 3600, downMs: 500, containerdFirstMs: undefined, liveRestore: false },
  { what: 'azurite', atMs: 4500, downMs: 300 },
];

/** What a dead host's create leaves is due in two minutes: another host of the same app has its clock there. */
async function bringToEnd({ settings, storage }: Ground, isOver: () => Promise<boolean>): Promise<void> {
  const { BERTH_DOCKER_HOST = '', BERTH_DEPLOYMENT: deployment = '', BERTH_DOCKER_NETWORK: network = '' } = settings;
  const engine = openSubject(BERTH_DOCKER_HOST.replace('unix://', ''), { settings: { deployment, network } });
  const { BERTH_EVENT = '' } = settings;
  const later = await openInProcess(engine, { storage: storage.direct, settings: { BERTH_EVENT } });
  later.clock.pass(minutes(3));
  await deliverUntil(later, async () => {
    await expireDue(later.life);
    await reconcile(later.life);
    later.clock.pass(seconds(30));
    return isOver();
  });
}

const title =
  'kill -9 of a host, the engine and Azurite amid a storm: nothing is orphaned, stuck, doubled or unexplained';

test(title, { timeout: 90_000 }, async (context) => {
  const docker = inject('docker');
  if ('missing' in docker || !docker.networkTestable) return context.skip('it needs a Docker engine that it may kill');
  requireBuiltApp();
  ground = await openGround();
  const scene = await openScene(ground);
  const acts = [...sure, ...planRound(new Random(7), 0, size).acts];
  const never = new AbortController().signal;
  await runRound(scene, 'round', { acts, kills }, never);
  for (const { what } of kills) expect(ground.journal.count(`restarted ${what}`)).toBe(1);

  const stoppedAt = Date.now();
  await stopEverything(scene);
  for (const host of ground.hosts) await host.stop();
  await bringToEnd(ground, () => nothingIsLeft(scene));
  await auditNothingLeft(scene, stoppedAt);
  const { cameUp, failed } = await checkOutcomes(scene);
  const stories = await Promise.all(scene.violations.all.map((violation) => storyOf(scene, violation)));
  expect(stories).toEqual([]);
  expect(cameUp).toBeGreaterThan(0);
  expect(failed['container_exited']).toBeGreaterThan(0);
});
