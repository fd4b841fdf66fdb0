import type { Container } from './containers/container.ts';
import { BackendError } from './errors.ts';
import type { Lifecycle } from './lifecycle.ts';
import type { BackendUsage, Finding } from './ports.ts';
import { emptyLedger } from './targets/ledger.ts';
import type { Ledger, Target } from './targets/target.ts';
import { unlessUnreadable } from './unless-unreadable.ts';

export interface Prices {
  readonly cpuHour: number;
  readonly gbHour: number;
}

const topOwners = 10;

interface Tally {
  readonly states: Map<string, number>;
  readonly owners: Map<string, number>;
  costPerHour: number;
}

function add(map: Map<string, number>, key: string): void {
  map.set(key, (map.get(key) ?? 0) + 1);
}

function tally(into: Tally, row: Container, prices: Prices): void {
  add(into.states, row.state);
  if (row.state === 'failed') return;
  add(into.owners, row.owner);
  if (row.state === 'queued' || row.backend === 'docker') return;
  const { cpu, memoryGb } = row.spec.resources;
  into.costPerHour += cpu * prices.cpuHour + memoryGb * prices.gbHour;
}

interface Reach {
  readonly reachable: boolean;
  readonly findings: readonly Finding[];
  readonly usage: BackendUsage['limits'];
}

async function reach(life: Lifecycle, target: Target): Promise<Reach> {
  try {
    const backend = await life.backends(target.name);
    const findings = (await backend?.check()) ?? [];
    const usage = (await backend?.usage())?.limits ?? [];
    return { reachable: !findings.some((finding) => finding.severity === 'fault'), findings, usage };
  } catch (error) {
    if (!(error instanceof BackendError)) throw error;
    return { reachable: false, findings: [{ severity: 'fault', code: error.code, message: error.message }], usage: [] };
  }
}

interface LedgerRead {
  readonly ledger: Ledger;
  readonly findings: readonly Finding[];
}

/** One that cannot be read is told of: what else there is to see must not hang on it. */
async function readLedger(life: Lifecycle, target: Target): Promise<LedgerRead> {
  const empty = emptyLedger(target.typicalMs);
  const read = await unlessUnreadable(life, async () => ({
    ledger: (await life.targets.readLedger(target.name))?.value ?? empty,
    findings: [],
  }));
  const message = `The ledger of ${target.name} cannot be read: no start is placed there. The log says where it stands.`;
  return read ?? { ledger: empty, findings: [{ severity: 'fault', code: 'ledger_unreadable', message }] };
}

async function targetStatus(life: Lifecycle, target: Target, drained: boolean): Promise<unknown> {
  const [read, reached] = await Promise.all([readLedger(life, target), reach(life, target)]);
  const { ledger, findings } = read;
  return {
    name: target.name,
    backend: target.backend,
    ...reached,
    findings: [...findings, ...reached.findings],
    drained,
    groups: { used: ledger.groups, limit: target.limits.groups },
    cores: { used: ledger.cpu, limit: target.limits.cores },
    waiting: ledger.waiting,
    restUntil: ledger.restUntil !== undefined && ledger.restUntil > life.clock.now() ? ledger.restUntil : undefined,
    typicalSeconds: Math.ceil(ledger.typicalMs / 1000),
  };
}

/** What an organiser wants to see first: how much runs where, who has most of it, and what an hour of it costs. */
export async function status(life: Lifecycle, prices: Prices): Promise<Readonly<Record<string, unknown>>> {
  const counted: Tally = { states: new Map(), owners: new Map(), costPerHour: 0 };
  for await (const entry of life.containers.all()) {
    if (entry.row.value.event !== life.settings.event) continue;
    if (entry.kind === 'debt') add(counted.states, 'retiring');
    else tally(counted, entry.row.value, prices);
  }
  const control = await life.control.current(life.settings.event);
  const targets = await Promise.all(
    life.settings.targets.map((target) =>
      targetStatus(life, target, control.drainedTargets[target.name] !== undefined),
    ),
  );
  return {
    event: life.settings.event,
    backend: life.settings.backend,
    containers: Object.fromEntries(counted.states),
    targets,
    topOwners: [...counted.owners]
      .toSorted(([, a], [, b]) => b - a)
      .slice(0, topOwners)
      .map(([owner, containers]) => ({ owner, containers })),
    costPerHour: Math.round(counted.costPerHour * 100) / 100,
    prices,
  };
}
