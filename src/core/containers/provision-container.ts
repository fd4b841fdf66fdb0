import { hint, provisionMessage } from '../hints.ts';
import type { Instant } from '../ids.ts';
import { type Decision, done, type Lifecycle, later, stale } from '../lifecycle.ts';
import type { ProvisionMessage } from '../messages.ts';
import { periods } from '../periods.ts';
import type { Versioned } from '../ports.ts';
import { ensureWatch } from '../targets/ensure-watch.ts';
import {
  configured,
  credit,
  estimate,
  fitsElsewhere,
  type Held,
  holdOf,
  inTime,
  needsAnother,
  promote,
  reserveStart,
} from '../targets/reservations.ts';
import type { InflightSlot } from '../targets/target.ts';
import { attemptCreate } from './attempt-create.ts';
import type { Line, Provisioning, Queued } from './container.ts';
import { keyOf } from './rows.ts';
import { checkMove, withEntry } from './transitions.ts';

/** A reserved start this close is taken at once rather than by another message. */
const closeEnough = 250;

/** Writes the row's next step and then tells the queue of it. False when somebody else moved the row. */
async function writeAndSend(life: Lifecycle, row: Versioned<Queued>, line: Line, at: Instant): Promise<boolean> {
  const now = life.clock.now();
  checkMove('reserve', 'queued', 'queued');
  const next: Queued = {
    ...row.value,
    line,
    turn: row.value.turn + 1,
    dueAt: at + periods.lostMessage,
    history: line.step === 'reserved' ? withEntry(row.value.history, 'reserved', now) : row.value.history,
  };
  const committed = await life.containers.commit(keyOf(next), [
    { do: 'put', kind: 'container', value: next, version: row.version },
  ]);
  if (committed.outcome === 'lost') return false;
  await hint(life, provisionMessage(next), Math.max(0, at - now));
  return true;
}

/**
 * The slot was taken for a row that is not there any more as it was: it goes back, unless the row still wants it, or
 * another message came as far as a create: then its release gives it back.
 */
async function giveBackUnwanted(life: Lifecycle, row: Queued, slot: Held['slot']): Promise<Decision> {
  const now = await life.containers.read(keyOf(row), row.challenge);
  if (now?.value.id === row.id) return stale('another message moved the row');
  const debt = await life.containers.readDebt(keyOf(row), row.id);
  if (debt?.value.placed) return stale('the container was let go of after its create');
  if ('version' in slot)
    await credit(life, { target: slot.value.target, find: holdOf(life, slot.value.target, row.id) });
  else
    await credit(life, { target: slot.target, find: () => life.targets.readWaiting(slot.target, slot.ticket, row.id) });
  return stale('the container was let go of while its start was being reserved');
}

/** The wait for room has no deadline. It is looked at seldom, since whoever frees a slot lets the next one in. */
function waitingDelay(place: number): number {
  return Math.min(periods.waitingDue * 5, periods.queuedDue + place * 1000);
}

async function reserve(life: Lifecycle, row: Versioned<Queued>): Promise<Decision> {
  const held = await reserveStart(life, row.value);
  if (held === 'running') return stale('another message has brought it up');
  const now = life.clock.now();
  if (held === undefined) {
    const sent = await writeAndSend(life, row, row.value.line, now + periods.noTarget);
    return sent
      ? later('no target takes starts at the moment', periods.noTarget)
      : stale('another message moved the row');
  }
  if (held.kind === 'wait') {
    const { target, ticket } = held.slot;
    const line: Line = { step: 'waiting', target, ticket, place: held.place, typicalMs: held.typicalMs };
    const at = now + waitingDelay(held.place);
    const sent = await writeAndSend(life, row, held.etaAt === undefined ? line : { ...line, etaAt: held.etaAt }, at);
    return sent ? later('the target is full', at - now) : giveBackUnwanted(life, row.value, held.slot);
  }
  return startOrWait(life, row, held.slot, held.place, held.typicalMs);
}

/** Its start was refused by the target and the slot could not be given back then: the same start is not used twice. */
function usedBefore(row: Queued, slot: InflightSlot): boolean {
  const returned = row.history.findLast((entry) => entry.transition === 'returned');
  return returned !== undefined && slot.reservedAt <= returned.at;
}

/** Whoever moved it may have used this start: then it counts, and is not to be exchanged for another. */
async function hasMoved(life: Lifecycle, row: Versioned<Queued>): Promise<boolean> {
  const now = await life.containers.read(keyOf(row.value), row.value.challenge);
  return now?.version !== row.version;
}

async function startOrWait(
  life: Lifecycle,
  row: Versioned<Queued>,
  held: Versioned<InflightSlot>,
  place: number,
  typicalMs: number,
): Promise<Decision> {
  const spent = usedBefore(row.value, held.value);
  if (needsAnother(life, held.value, spent) && (await hasMoved(life, row)))
    return giveBackUnwanted(life, row.value, held);
  const slot = await inTime(life, held, spent);
  if (slot === undefined) return stale('its slot was given back meanwhile');
  const now = life.clock.now();
  const { target, startAt, reservedAt } = slot.value;
  if (startAt - now <= closeEnough) return begin(life, row, slot, typicalMs);
  const sent = await writeAndSend(
    life,
    row,
    { step: 'reserved', target, startAt, reservedAt, place, typicalMs },
    startAt,
  );
  return sent ? later('its start is reserved', startAt - now) : giveBackUnwanted(life, row.value, slot);
}

/** Row first: provisioning, with the moment until which a create may land, is written before the backend is called. */
async function begin(
  life: Lifecycle,
  row: Versioned<Queued>,
  slot: Versioned<InflightSlot>,
  typicalMs: number,
): Promise<Decision> {
  const now = life.clock.now();
  const { line: _line, ...claim } = row.value;
  checkMove('provision', 'queued', 'provisioning');
  const deadline = now + periods.provisioningDeadline;
  const next: Provisioning = {
    ...claim,
    state: 'provisioning',
    target: slot.value.target,
    createUntil: now + periods.createWindow,
    attempt: { step: 'creating' },
    unsure: false,
    provisioningAt: now,
    deadline,
    dueAt: deadline,
    typicalMs,
    turn: claim.turn + 1,
    history: withEntry(claim.history, 'provisioning', now, { detail: slot.value.target }),
  };
  const committed = await life.containers.commit(keyOf(next), [
    { do: 'put', kind: 'container', value: next, version: row.version },
  ]);
  if (committed.outcome === 'lost') return giveBackUnwanted(life, row.value, slot);
  return attemptCreate(life, { value: next, version: committed.versions[0] ?? '' }, slot);
}

async function provisionReserved(
  life: Lifecycle,
  row: Versioned<Queued>,
  line: Extract<Line, { step: 'reserved' }>,
): Promise<Decision> {
  const held = await life.targets.readHold(line.target, row.value.id);
  const now = life.clock.now();
  if (held?.value.kind !== 'inflight') {
    // The reservation is gone (a wrong credit, a restored table): ask for another rather than start without one.
    return reserve(life, { ...row, value: { ...row.value, line: { step: 'new', returned: true } } });
  }
  const ledger = await life.targets.readLedger(line.target);
  const startAt = Math.max(held.value.startAt, ledger?.value.restUntil ?? 0);
  if (startAt - now > closeEnough) {
    const sent = await writeAndSend(life, row, { ...line, startAt }, startAt);
    return sent ? later('not yet', startAt - now) : stale('another message moved the row');
  }
  return startOrWait(life, row, { ...held, value: held.value }, line.place, line.typicalMs);
}

async function provisionWaiting(
  life: Lifecycle,
  row: Versioned<Queued>,
  line: Extract<Line, { step: 'waiting' }>,
): Promise<Decision> {
  await promote(life, line.target);
  const held = await life.targets.readHold(line.target, row.value.id);
  if (held?.value.kind === 'inflight') return startOrWait(life, row, { ...held, value: held.value }, 0, line.typicalMs);
  const still = await life.targets.readWaiting(line.target, line.ticket, row.value.id);
  if (!still) return reserve(life, { ...row, value: { ...row.value, line: { step: 'new', returned: true } } });
  const first = (await life.targets.firstWaiting(line.target, 1))[0];
  const place = Math.max(1, line.ticket - (first?.value.ticket ?? line.ticket) + 1);
  if (await fitsElsewhere(life, row.value, line.target, place)) return goElsewhere(life, row, line);
  const delay = waitingDelay(place);
  const { etaAt: _told, ...kept } = line;
  const etaAt = await estimate(life, still.value, place);
  const moved: Line = { ...kept, place, ...(etaAt !== undefined && { etaAt }) };
  const sent = await writeAndSend(life, row, moved, life.clock.now() + delay);
  return sent ? later('the target is still full', delay) : stale('another message moved the row');
}

/**
 * Nothing was created on its target, and that is not configured any more, or is full while another has room: what it
 * held goes back, and it asks elsewhere.
 */
async function goElsewhere(
  life: Lifecycle,
  row: Versioned<Queued>,
  line: Exclude<Line, { step: 'new' }>,
): Promise<Decision> {
  const { target } = line;
  const { id } = row.value;
  const find =
    line.step === 'waiting' ? () => life.targets.readWaiting(target, line.ticket, id) : holdOf(life, target, id);
  await credit(life, { target, find });
  const returned = line.step === 'reserved';
  return reserve(life, { ...row, value: { ...row.value, line: { step: 'new', returned } } });
}

function provisionQueued(life: Lifecycle, row: Versioned<Queued>): Promise<Decision> {
  const { line } = row.value;
  if (line.step !== 'new' && configured(life, line.target) === undefined) return goElsewhere(life, row, line);
  if (line.step === 'reserved') return provisionReserved(life, row, line);
  if (line.step === 'waiting') return provisionWaiting(life, row, line);
  return reserve(life, row);
}

/** Another create, under the same name, after one that failed for a while or whose host died. */
async function tryAgain(life: Lifecycle, row: Versioned<Provisioning>): Promise<Decision> {
  const now = life.clock.now();
  checkMove('provision', 'provisioning', 'provisioning');
  const next: Provisioning = {
    ...row.value,
    attempt: { step: 'creating' },
    createUntil: now + periods.createWindow,
    unsure: true,
    turn: row.value.turn + 1,
  };
  const committed = await life.containers.commit(keyOf(next), [
    { do: 'put', kind: 'container', value: next, version: row.version },
  ]);
  if (committed.outcome === 'lost') return stale('another message moved the row');
  const held = await life.targets.readHold(next.target, next.id);
  const slot = held?.value.kind === 'inflight' ? { ...held, value: held.value } : undefined;
  return attemptCreate(life, { value: next, version: committed.versions[0] ?? '' }, slot);
}

async function provisionAgain(life: Lifecycle, row: Versioned<Provisioning>): Promise<Decision> {
  const { attempt, createUntil } = row.value;
  const now = life.clock.now();
  if (attempt.step === 'accepted') {
    await ensureWatch(life, row.value.target);
    return done('the backend has accepted it; the watch will see it through');
  }
  if (attempt.step === 'creating') {
    if (now < (createUntil ?? 0)) return done('its create is under way');
    return tryAgain(life, row);
  }
  if (now + closeEnough >= attempt.at) return tryAgain(life, row);
  await hint(life, provisionMessage(row.value), attempt.at - now);
  return later('the next attempt is not due yet', attempt.at - now);
}

async function leftBehind(life: Lifecycle, message: ProvisionMessage): Promise<Decision> {
  if (message.promotedOn !== undefined) {
    const debt = await life.containers.readDebt(message, message.id);
    if (!debt) await credit(life, { target: message.promotedOn, find: holdOf(life, message.promotedOn, message.id) });
  }
  return stale('the row is gone or is another start');
}

/** Takes a queued or provisioning row one step further. The row is the truth; the message only says that it is time. */
export async function provisionContainer(life: Lifecycle, message: ProvisionMessage): Promise<Decision> {
  const row = await life.containers.read(message, message.challenge);
  if (!row || row.value.id !== message.id) return leftBehind(life, message);
  const { value, version } = row;
  if (message.turn !== undefined && message.turn < value.turn) return stale('a newer message has taken over');
  if (value.state === 'queued') return provisionQueued(life, { value, version });
  if (value.state === 'provisioning') {
    if (life.clock.now() >= value.deadline) return done('past its deadline; the expire timer fails it');
    return provisionAgain(life, { value, version });
  }
  return stale(`the container is ${value.state}`);
}
