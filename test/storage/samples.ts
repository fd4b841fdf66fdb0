import { Challenge, FrozenSpec } from '../../src/core/challenges/challenge.ts';
import {
  type Container,
  Debt,
  Provisioning,
  Queued,
  type Quota,
  Running,
} from '../../src/core/containers/container.ts';
import {
  backendName,
  ChallengeId,
  ContainerId,
  EventName,
  type Instant,
  Owner,
  type OwnerKey,
  TargetName,
} from '../../src/core/ids.ts';
import type { InflightSlot, Ledger, LiveSlot, WaitingSlot } from '../../src/core/targets/target.ts';

/** A moment of the tests; nothing here looks at the real clock. */
export const noon: Instant = Date.UTC(2026, 10, 24, 12);
export const event = EventName.parse('ctf');
export const target = TargetName.parse('main');

export function ownerKey(owner = 'users:7', of: string = event): OwnerKey {
  return { event: EventName.parse(of), owner: Owner.parse(owner) };
}

export function challengeId(id: string | number): ChallengeId {
  return ChallengeId.parse(String(id));
}

export function containerId(n = 0): ContainerId {
  return ContainerId.parse(n.toString(36).padStart(20, '0'));
}

export const frozenSpec = FrozenSpec.parse({
  image: 'registry.example/web:1',
  command: [],
  environment: { GREETING: 'héllo' },
  secretEnvironment: { FLAG: 'flag{not-in-a-message}' },
  resources: { cpu: 1, memoryGb: 1.5 },
  capabilities: [],
  readOnlyRoot: false,
  ports: [{ label: 'Web', port: 8080, protocol: 'http' }],
  lifetimeMs: 3_600_000,
  renewals: 2,
  releaseOnSolve: { when: 'now' },
  revision: 1,
});

interface Claim {
  readonly key?: OwnerKey | undefined;
  readonly challenge?: string | undefined;
  readonly n?: number | undefined;
  readonly dueAt?: Instant | undefined;
  readonly spec?: FrozenSpec | undefined;
}

function claimOf({ key = ownerKey(), challenge = 'web-1', n = 0, dueAt, spec = frozenSpec }: Claim) {
  const id = containerId(n);
  return {
    ...key,
    challenge: challengeId(challenge),
    challengeName: 'Web 1',
    id,
    name: backendName(id),
    dnsLabel: `web-${n}`,
    backend: 'docker',
    spec,
    startedBy: { id: '7', name: 'Zoë' },
    requestedAt: noon,
    turn: 0,
    ...(dueAt !== undefined && { dueAt }),
    history: [{ transition: 'requested', at: noon }],
  };
}

export function queued(claim: Claim = {}): Queued {
  return Queued.parse({ ...claimOf(claim), state: 'queued', line: { step: 'new', returned: false } });
}

export function provisioning(claim: Claim = {}): Provisioning {
  return Provisioning.parse({
    ...claimOf(claim),
    state: 'provisioning',
    target,
    createUntil: noon + 120_000,
    attempt: { step: 'creating' },
    unsure: false,
    provisioningAt: noon,
    deadline: noon + 600_000,
    typicalMs: 3000,
  });
}

export function running(claim: Claim = {}): Container {
  const endpoints = [{ label: 'Web', protocol: 'http', host: 'web.example', port: 8080 }];
  return Running.parse({ ...claimOf(claim), state: 'running', target, endpoints, runningAt: noon, renewalsUsed: 0 });
}

export function debt(claim: Claim = {}): Debt {
  const { event, owner, challenge, challengeName, id, name, requestedAt, turn, history } = claimOf(claim);
  return Debt.parse({
    ...{ event, owner, challenge, challengeName, id, name, requestedAt, turn, history },
    placed: { target },
    reason: 'stopped',
    retiredAt: noon,
    dueAt: claim.dueAt ?? noon,
    counted: true,
  });
}

export function quota(key: OwnerKey = ownerKey(), active = 1): Quota {
  return { ...key, active, retiring: 0, recentStarts: [noon] };
}

export const ledger: Ledger = {
  groups: 1,
  cpu: 1,
  waiting: 0,
  nextTicket: 0,
  starts: [noon],
  frees: [noon + 3_600_000],
  typicalMs: 3000,
};

function seatOf(n: number) {
  return { target, ...ownerKey(), challenge: challengeId('web-1'), id: containerId(n), cpu: 1, holdsMs: 0 };
}

export function inflightSlot(n: number, startAt: Instant = noon): InflightSlot {
  return { ...seatOf(n), kind: 'inflight', startAt, reservedAt: noon, freeAt: noon + 3_600_000 };
}

export function liveSlot(n: number): LiveSlot {
  return { ...seatOf(n), kind: 'live', freeAt: noon + 3_600_000 };
}

export function waitingSlot(n: number, ticket: number): WaitingSlot {
  return { ...seatOf(n), kind: 'waiting', ticket };
}

export function challenge(id = 'web-1', environment: Record<string, string> = {}): Challenge {
  return Challenge.parse({
    id,
    name: 'Web 1',
    spec: {
      containers: [{ image: 'registry.example/web:1', environment }],
      ports: [{ label: 'Web', port: 8080, protocol: 'http' }],
    },
    revision: 1,
    updatedAt: noon,
  });
}
