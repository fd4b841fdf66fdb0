import { auditAct } from '../audit.ts';
import type { ChallengeId, ContainerId, EventName, Instant, Owner, TargetName } from '../ids.ts';
import { minutes } from '../ids.ts';
import { inParallel } from '../in-parallel.ts';
import type { Lifecycle } from '../lifecycle.ts';
import type { Versioned } from '../ports.ts';
import type { Container, RetireReason } from './container.ts';
import { retire } from './retire.ts';
import { keyOf, lost, untilWon, won } from './rows.ts';
import { checkMove, withEntry } from './transitions.ts';

const width = 8;
const pageSize = 500;

/** Which containers an organiser means; every condition given must hold. */
export interface Selection {
  readonly owner?: Owner | undefined;
  readonly challenge?: ChallengeId | undefined;
  readonly state?: Container['state'] | undefined;
  readonly target?: TargetName | undefined;
  readonly ids?: readonly ContainerId[] | undefined;
  readonly requestedBy?: Instant | undefined;
}

export function targetOf(row: Container): TargetName | undefined {
  if (row.state === 'running' || row.state === 'provisioning') return row.target;
  return row.state === 'queued' && row.line.step !== 'new' ? row.line.target : undefined;
}

export function selects(selection: Selection, row: Container): boolean {
  if (selection.owner !== undefined && row.owner !== selection.owner) return false;
  if (selection.challenge !== undefined && row.challenge !== selection.challenge) return false;
  if (selection.state !== undefined && row.state !== selection.state) return false;
  if (selection.target !== undefined && targetOf(row) !== selection.target) return false;
  if (selection.ids !== undefined && !selection.ids.includes(row.id)) return false;
  return selection.requestedBy === undefined || row.requestedAt <= selection.requestedBy;
}

async function* selected(life: Lifecycle, event: EventName, selection: Selection): AsyncIterable<Versioned<Container>> {
  const { owner, challenge } = selection;
  let from: string | undefined;
  do {
    const page = await life.containers.page(event, { owner, challenge }, pageSize, from);
    yield* page.rows.filter((row) => selects(selection, row.value));
    from = page.next;
  } while (from !== undefined);
}

export async function countMatching(life: Lifecycle, event: EventName, selection: Selection): Promise<number> {
  let count = 0;
  for await (const _row of selected(life, event, selection)) count += 1;
  return count;
}

/** Lets go of every container the selection means; later starts are left alone. Returns how many. */
export async function retireMatching(
  life: Lifecycle,
  event: EventName,
  selection: Selection,
  reason: RetireReason,
  by: string,
): Promise<number> {
  let count = 0;
  await inParallel(selected(life, event, selection), width, async ({ value }) => {
    const gone = await retire(life, { ...keyOf(value), challenge: value.challenge, id: value.id, reason, by });
    if (gone) count += 1;
  });
  return count;
}

async function extendOne(life: Lifecycle, row: Container, byMinutes: number, by: string): Promise<boolean> {
  return untilWon(life, async () => {
    const found = await life.containers.read(row, row.challenge);
    if (found?.value.id !== row.id || found.value.state !== 'running' || found.value.expiresAt === undefined)
      return won(false);
    checkMove('change', 'running', 'running');
    const expiresAt = found.value.expiresAt + minutes(byMinutes);
    const history = withEntry(found.value.history, 'renewed', life.clock.now(), {
      by,
      detail: `${byMinutes} min by an organiser`,
    });
    const next = { ...found.value, expiresAt, dueAt: expiresAt, history };
    const committed = await life.containers.commit(keyOf(next), [
      { do: 'put', kind: 'container', value: next, version: found.version },
    ]);
    return committed.outcome === 'lost' ? lost : won(true);
  });
}

/** Moves the expiry of every running container the selection means; an organiser is not bound by the cap. */
export async function extendMatching(
  life: Lifecycle,
  event: EventName,
  selection: Selection,
  byMinutes: number,
  by: string,
): Promise<number> {
  let count = 0;
  await inParallel(selected(life, event, selection), width, async ({ value }) => {
    if (await extendOne(life, value, byMinutes, by)) count += 1;
  });
  return count;
}

/** Everything of an owner that is banned or deleted. */
export async function removeOwner(
  life: Lifecycle,
  event: EventName,
  owner: Owner,
  at: Instant,
  by: string,
): Promise<number> {
  const retired = await retireMatching(life, event, { owner, requestedBy: at }, 'owner removed', by);
  await auditAct(life, event, { action: 'owner removed', owner, by, detail: `${retired} containers retired` });
  return retired;
}
