import type { Outcomes } from './check-outcomes.ts';
import { acceptedIds } from './check-outcomes.ts';
import type { Journal } from './journal.ts';
import { type KillKind, killKinds } from './plan.ts';
import type { Scene } from './scene.ts';
import { type ViolationKind, violationKinds } from './violations.ts';

export const honesty = `What is real here: the built app in two host processes, dockerd with containerd and runc, every kill -9 and every clock.
What is not: storage is Azurite, which writes to disk only every 5 s. So its wire is cut first, amid requests (their
answers are lost), then its files are waited for until all it acknowledged is in them, and only then it is killed: as
with Azure Storage, an acknowledged write survives. dockerd takes its containerd with it; in some kills containerd goes
first. Timers keep their schedule, and are started by hand besides while a round settles. A round waits a few seconds
for rest and checks what must hold by then; what by design takes minutes (a create that a dead host left is open for
two) is carried on, and held to its end in the long rest after the last round, and after everything was stopped.
`;

export interface Totals {
  readonly rounds: number;
  readonly seed: number;
  readonly seconds: number;
  readonly scene: Scene;
  readonly outcomes: Outcomes | undefined;
}

function killCounts(journal: Journal): Record<KillKind, number> {
  const of = (what: KillKind): number => journal.count(`kill ${what}`);
  return { host: of('host'), azurite: of('azurite'), engine: of('engine') };
}

function requested({ entries }: Journal): number {
  return entries.filter(({ what }) => /^asked (press|double|reset)$/.test(what)).length;
}

function byCode(counts: Readonly<Record<string, number>> | undefined): string {
  const told = Object.entries(counts ?? {}).map(([code, count]) => `${count} × ${code}`);
  return told.length === 0 ? 'none' : told.toSorted().join(', ');
}

function engineKills({ entries }: Journal): string {
  const kills = entries.filter(({ what }) => what === 'kill engine');
  const first = kills.filter((kill) => kill['containerdFirstMs'] !== undefined).length;
  const live = kills.filter((kill) => kill['liveRestore'] === true).length;
  return `${kills.length} (${first} with containerd first; ${live} came back with live-restore, ${kills.length - live} without)`;
}

/** Who was never told whether it was done, or was refused, by code. */
function refusals({ entries }: Journal): Record<string, number> {
  const codes = entries
    .filter(({ what, status }) => what.startsWith('told ') && (status === undefined || Number(status) >= 400))
    .map((entry) => String(entry['code'] ?? 'no answer'));
  return Object.fromEntries([...Map.groupBy(codes, (code) => code)].map(([code, all]) => [code, all.length]));
}

export function table({ scene, outcomes }: Totals): string {
  const { journal } = scene.ground;
  const kills = killCounts(journal);
  const restarts = killKinds.map((kind) => `${journal.count(`restarted ${kind}`)} ${kind}`).join(', ');
  const rows: readonly (readonly [string, string | number])[] = [
    ['containers requested', requested(journal)],
    ['accepted (202)', acceptedIds(journal).size],
    ['refused or unanswered', byCode(refusals(journal))],
    ['kills of a host', kills.host],
    ['kills of Azurite', kills.azurite],
    ['kills of the engine', engineKills(journal)],
    ['restarts', restarts],
    [
      'looks amid the storm',
      `${journal.count('looked')} (${journal.count('could not look')} while something was away)`,
    ],
    ['come up', outcomes?.cameUp ?? 'not known'],
    ['failed, by code', byCode(outcomes?.failed)],
    ['ended, by reason', byCode(outcomes?.ended)],
    ['ever without a row or debt', journal.count('unclaimed')],
    ...violationKinds.map((kind) => [kind, scene.violations.count(kind)] as const),
  ];
  return rows.map(([name, value]) => `  ${name.padEnd(28)}${value}`).join('\n');
}

export function summary({ rounds, seed, seconds, scene, outcomes }: Totals): string {
  const { journal } = scene.ground;
  const counts: Partial<Record<ViolationKind, number>> = {};
  for (const kind of violationKinds) counts[kind] = scene.violations.count(kind);
  return JSON.stringify({
    rounds,
    requested: requested(journal),
    accepted: acceptedIds(journal).size,
    kills: killCounts(journal),
    cameUp: outcomes?.cameUp,
    failed: outcomes?.failed,
    unclaimed: journal.count('unclaimed'),
    ...counts,
    seed,
    seconds: Math.round(seconds),
  });
}
