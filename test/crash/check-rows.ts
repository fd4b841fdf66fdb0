import { setTimeout as delay } from 'node:timers/promises';
import type { Container, Debt, Running } from '../../src/core/containers/container.ts';
import { periods } from '../../src/core/periods.ts';
import type { Seen } from './crashing-engine.ts';
import type { Scene } from './scene.ts';
import { keyFor, type Rows, readOwner, readRows } from './truth.ts';

const answerTries = 4;
const answerAgainMs = 500;

async function answers({ endpoints }: Running): Promise<boolean> {
  const [endpoint] = endpoints;
  if (endpoint === undefined) return false;
  for (let tries = 0; tries < answerTries; tries += 1) {
    const signal = AbortSignal.timeout(3000);
    const answer = await fetch(`http://${endpoint.host}:${endpoint.port}/`, { signal }).catch(() => undefined);
    if (answer?.ok) return true;
    await delay(answerAgainMs);
  }
  return false;
}

/** Two passes some minutes apart prove a container lost; whether they are under way is all that can be asked sooner. */
function provenLater(row: Running, quietSince: number): boolean {
  return row.missingSince !== undefined || quietSince - row.runningAt < periods.clockSkew;
}

async function troubleOfRunning(row: Running, seen: Seen | undefined, quietSince: number): Promise<string | undefined> {
  if (row.dueAt !== undefined && row.dueAt < quietSince) return 'has expired and still runs';
  if (seen === undefined) return provenLater(row, quietSince) ? undefined : 'runs, and its container is gone';
  if (seen.state !== 'running') return `runs, and its container is ${seen.state}`;
  return (await answers(row)) ? undefined : 'runs, and does not answer HTTP';
}

/** What was due before `quietSince` has had whole passes of both timers since, with nothing in their way. */
async function troubleOf(row: Container, seen: Seen | undefined, quietSince: number): Promise<string | undefined> {
  switch (row.state) {
    case 'queued':
      return (row.dueAt ?? 0) < quietSince ? 'is queued past its due time' : undefined;
    case 'provisioning':
      return row.deadline < quietSince ? 'is provisioning past its deadline' : undefined;
    case 'running':
      return troubleOfRunning(row, seen, quietSince);
    case 'failed':
      return row.code === '' || row.message === '' ? 'failed without a reason' : undefined;
  }
}

async function isStill({ tables }: Scene, row: Container): Promise<boolean> {
  const now = await tables.storage.containers.read(keyFor(row.owner), row.challenge);
  return now?.value.id === row.id && now.value.state === row.state;
}

async function checkRow(scene: Scene, row: Container, seen: Seen | undefined, quietSince: number): Promise<void> {
  const trouble = await troubleOf(row, seen, quietSince);
  // It may have moved on while it was looked at.
  if (trouble === undefined || !(await isStill(scene, row))) return;
  scene.violations.add({ kind: 'stuck', detail: `${row.id} ${trouble}`, id: row.id, owner: row.owner });
}

function checkDebt({ violations }: Scene, debt: Debt, quietSince: number): void {
  if (debt.dueAt >= quietSince) return;
  const detail = `the debt of ${debt.id} (${debt.reason}) is past its due time: ${debt.trouble ?? 'no trouble known'}`;
  violations.add({ kind: 'stuck', detail, id: debt.id, owner: debt.owner });
}

/** One transaction moves both, so they agree at any moment. */
async function checkQuota({ tables, violations }: Scene, owner: string): Promise<void> {
  const rows = await readOwner(tables, owner);
  const active = rows.containers.filter(({ value }) => value.state !== 'failed').length;
  const retiring = rows.debts.filter(({ value }) => value.counted).length;
  const quota = rows.quota?.value ?? { active: 0, retiring: 0 };
  if (quota.active === active && quota.retiring === retiring) return;
  const detail = `${owner}'s quota says ${quota.active} and ${quota.retiring} retiring; there are ${active} and ${retiring}`;
  violations.add({ kind: 'ledger', detail, owner });
}

/** Every row, debt and quota, held against what must be so by now. Returns what the tables held. */
export async function checkRows(scene: Scene, quietSince: number): Promise<Rows> {
  const rows = await readRows(scene.tables);
  const seen = new Map((await scene.ground.engine.list()).map((one) => [one.id, one]));
  await Promise.all(rows.containers.map((row) => checkRow(scene, row, seen.get(row.id), quietSince)));
  for (const debt of rows.debts) checkDebt(scene, debt, quietSince);
  const owners = new Set([...rows.containers, ...rows.debts].map(({ owner }) => owner));
  for (const owner of owners) await checkQuota(scene, owner);
  for (const { partition, row, problem } of scene.tables.unreadable) {
    scene.violations.add({ kind: 'stuck', detail: `${partition} ${row} cannot be read: ${problem}` });
  }
  return rows;
}
