import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { inject } from 'vitest';
import { readConfig } from '../../src/config.ts';
import { ChallengeSpec } from '../../src/core/challenges/challenge.ts';
import type { Container } from '../../src/core/containers/container.ts';
import { ChallengeId, type EventName, Owner } from '../../src/core/ids.ts';
import type { Lifecycle } from '../../src/core/lifecycle.ts';
import type { Message } from '../../src/core/messages.ts';
import type { Backend, DueRow, MessageQueue } from '../../src/core/ports.ts';
import { onProvisionMessage } from '../../src/functions/provision-container.queue.ts';
import { onReleaseMessage } from '../../src/functions/release-container.queue.ts';
import { onWatchMessage } from '../../src/functions/watch-target.queue.ts';
import { openStorage, type Storage } from '../../src/storage/open-storage.ts';
import type { DockerSubject } from './docker-subject.ts';
import { silentLog } from './docker-subject.ts';
import { engineSettings, standingOn, webChallenge } from './host-stack.ts';
import { lifecycleOf } from './lifecycle.ts';
import { type MovableClock, movableClock } from './movable-clock.ts';

const handlers = { provision: onProvisionMessage, release: onReleaseMessage, watch: onWatchMessage } as const;

/** A queue in the test's hand: nothing is delivered but by `deliver`, and what `loses` says is lost. */
export class HeldQueue implements MessageQueue {
  readonly lost: Message[] = [];
  loses: (message: Message) => boolean = () => false;
  readonly #now: () => number;
  #waiting: { readonly message: Message; readonly at: number }[] = [];

  constructor(now: () => number) {
    this.#now = now;
  }

  async send(message: Message, delayMs = 0): Promise<void> {
    if (this.loses(message)) this.lost.push(message);
    else this.#waiting.push({ message, at: this.#now() + delayMs });
  }

  takeDue(): Message[] {
    const now = this.#now();
    const due = this.#waiting.filter(({ at }) => at <= now);
    this.#waiting = this.#waiting.filter(({ at }) => at > now);
    return due.map(({ message }) => message);
  }
}

/** The app's own lifecycle and queue functions in this process, over real storage and a real engine. */
export interface InProcess {
  readonly life: Lifecycle;
  readonly clock: MovableClock;
  readonly queue: HeldQueue;
  readonly event: EventName;
  /** Hands every message that is due to its function, and what those send, until none is due. */
  deliver(): Promise<void>;
  /** What an owner's row and debts are. */
  rows(): Promise<DueRow[]>;
  /** Names on the engine. */
  standing(): Promise<string[]>;
  /** Slots that the targets' tables hold, and the groups that their ledgers count. */
  held(): Promise<{ readonly slots: number; readonly groups: number }>;
}

export interface InProcessOptions {
  readonly settings?: Readonly<Record<string, string>>;
  /** Storage of a running app; by default tables of its own in the run's Azurite. */
  readonly storage?: string;
  /** What stands between the lifecycle and the engine. */
  readonly around?: (backend: Backend) => Backend;
}

const key = { kid: 'k', iss: 'front', alg: 'EdDSA', x: 'a'.repeat(43) };

function storageFor(options: InProcessOptions): { connectionString: string; tablePrefix: string | undefined } {
  if (options.storage !== undefined) return { connectionString: options.storage, tablePrefix: undefined };
  return { connectionString: inject('azurite'), tablePrefix: `p${randomBytes(6).toString('hex')}` };
}

function open(options: InProcessOptions): Storage {
  const { connectionString, tablePrefix } = storageFor(options);
  const onUnreadable = ({ problem }: { readonly problem: string }) => {
    throw new Error(`a row cannot be read: ${problem}`);
  };
  return openStorage({ account: { by: 'connectionString', connectionString }, tablePrefix, onUnreadable });
}

async function rowsOf(life: Lifecycle): Promise<DueRow[]> {
  const rows: DueRow[] = [];
  for await (const row of life.containers.all()) rows.push(row);
  return rows;
}

async function heldBy(life: Lifecycle): Promise<{ slots: number; groups: number }> {
  const held = { slots: 0, groups: 0 };
  for (const { name } of life.settings.targets) {
    for await (const _slot of life.targets.allSlots(name)) held.slots += 1;
    held.groups += (await life.targets.readLedger(name))?.value.groups ?? 0;
  }
  return held;
}

export async function openInProcess(engine: DockerSubject, options: InProcessOptions = {}): Promise<InProcess> {
  const { around = (backend: Backend) => backend } = options;
  const config = readConfig({
    AzureWebJobsStorage: 'UseDevelopmentStorage=true',
    BERTH_TOKEN_KEYS: JSON.stringify([key]),
    BERTH_STARTS_PER_MINUTE: '1000',
    ...engineSettings(engine),
    ...options.settings,
  });
  if (config.faults.length > 0) throw new Error(config.faults.join('; '));
  const clock = movableClock();
  const queue = new HeldQueue(clock.now);
  const backend = around(engine.reopen({}, clock.now));
  const life = lifecycleOf({
    config,
    stores: open(options),
    clock,
    queue,
    backends: async () => backend,
    log: silentLog,
  });
  return {
    life,
    clock,
    queue,
    event: config.lifecycle.event,
    async deliver() {
      for (let due = queue.takeDue(); due.length > 0; due = queue.takeDue()) {
        await Promise.all(due.map((message) => handlers[message.kind](life, message)));
      }
    },
    rows: () => rowsOf(life),
    standing: () => standingOn(engine),
    held: () => heldBy(life),
  };
}

/** Who asks, for an owner. */
export function personOf({ event }: InProcess, owner: string) {
  return { event, owner: Owner.parse(owner), actor: { id: '1', name: 'One' }, ownerName: 'One' };
}

export async function registerWeb(app: InProcess, id: string, changes = {}): Promise<ChallengeId> {
  const challenge = ChallengeId.parse(id);
  const spec = ChallengeSpec.parse(webChallenge(changes));
  await app.life.challenges.put(app.event, { id: challenge, name: id, spec, revision: 1, updatedAt: 0 }, undefined);
  return challenge;
}

/** Delivers until it is so; the engine takes real time. */
export async function deliverUntil(app: InProcess, look: () => Promise<boolean>, limitMs = 20_000): Promise<void> {
  const deadline = Date.now() + limitMs;
  for (;;) {
    await app.deliver();
    if (await look()) return;
    if (Date.now() > deadline) throw new Error(`it did not come to pass within ${limitMs} ms`);
    await delay(100);
  }
}

export async function stateOf(app: InProcess, owner: string, challenge: ChallengeId): Promise<Container | undefined> {
  return (await app.life.containers.read({ event: app.event, owner: Owner.parse(owner) }, challenge))?.value;
}
