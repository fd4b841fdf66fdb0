import type { Container, Debt, HistoryEntry } from '../../../src/core/containers/container.ts';
import { type State, transitionTable } from '../../../src/core/containers/transitions.ts';
import { retiringAllowance } from '../../../src/core/periods.ts';
import type { StoredRow } from '../../../src/storage/table.ts';
import type { Engine } from '../engine.ts';
import type { Ground } from '../ground.ts';
import type { About } from '../story.ts';
import { type OwnerView, ownerView } from './owner-view.ts';
import { ReasonCheck } from './reason-check.ts';

/** Everything that was ever seen of one container id. */
export interface Seen {
  readonly about: About;
  history: readonly HistoryEntry[];
  settled: boolean;
}

interface Move {
  readonly from: Container | undefined;
  readonly to: Container | undefined;
}

/** Moves that keep the container id, and moves to or from another one. */
const replacing: readonly string[] = ['request', 'reset', 'retire'];

function allowed({ from, to }: Move): boolean {
  const before: State = from?.state ?? 'none';
  const after: State = to?.state ?? 'none';
  const sameId = from !== undefined && to !== undefined && from.id === to.id;
  return Object.entries(transitionTable).some(([verb, table]) => {
    const moves: Partial<Record<State, State>> = table;
    return replacing.includes(verb) !== sameId && moves[before] === after;
  });
}

/** A container may exist for this row: a backend was, or is about to be, asked for it. */
function placed(row: Container | undefined): boolean {
  return row?.state === 'provisioning' || row?.state === 'running';
}

function aboutOf(row: Container | Debt): About {
  return { id: row.id, owner: row.owner, challenge: row.challenge };
}

function stepOf(row: Container): string {
  if (row.state === 'queued') return ` (${row.line.step}${row.line.step === 'new' ? '' : ` on ${row.line.target}`})`;
  return row.state === 'provisioning' ? ` (${row.attempt.step} on ${row.target})` : '';
}

function sameStart(history: readonly HistoryEntry[], before: readonly HistoryEntry[]): boolean {
  return before.every((entry, index) => JSON.stringify(entry) === JSON.stringify(history[index]));
}

/** Looks at every change of an owner's partition at the moment it is committed. */
export class OwnerWatch {
  readonly seen = new Map<string, Seen>();
  readonly reasons: ReasonCheck;
  readonly #ground: Ground;
  readonly #engines: readonly Engine[];
  readonly #quota: number;

  constructor(ground: Ground, engines: readonly Engine[], quota: number) {
    this.#ground = ground;
    this.#engines = engines;
    this.#quota = quota;
    this.reasons = new ReasonCheck(ground, engines);
  }

  onCommit(rowsBefore: readonly StoredRow[], rowsAfter: readonly StoredRow[]): void {
    const before = ownerView(rowsBefore);
    const after = ownerView(rowsAfter);
    for (const challenge of new Set([...before.containers.keys(), ...after.containers.keys()])) {
      this.#checkMove({ from: before.containers.get(challenge), to: after.containers.get(challenge) }, after);
    }
    for (const debt of before.debts.values()) if (!after.debts.has(debt.id)) this.#checkSettled(debt, before);
    for (const debt of after.debts.values()) this.#noteDebt(debt, before.debts.get(debt.id));
    this.#checkQuota(after);
  }

  #checkMove(move: Move, after: OwnerView): void {
    const { from, to } = move;
    if (from === to) return;
    if (to !== undefined) this.#noteRow(to, from);
    if (from?.state === 'queued' && to?.state === 'provisioning') {
      this.#engines.find((engine) => engine.target.name === to.target)?.noteStart(to.provisioningAt, aboutOf(to));
    }
    const row = to ?? from;
    if (row !== undefined && !allowed(move)) {
      const detail = `${from?.state ?? 'none'} to ${to?.state ?? 'none'}`;
      this.#violate('a row moves only as the transition table says', detail, aboutOf(row));
    }
    if (from !== undefined && from.state !== 'failed') this.#checkEnd(from, to, after);
  }

  #checkEnd(from: Container, to: Container | undefined, after: OwnerView): void {
    if (from.id !== to?.id) this.#checkLetGo(from, to, after);
    else if (to.state === 'queued' && placed(from)) this.#checkNothingThere(from);
    else if (to.state === 'failed') {
      this.#checkLetGo(from, to, after);
      this.reasons.onFailed(from, to.code);
    }
  }

  #checkLetGo(from: Container, to: Container | undefined, after: OwnerView): void {
    const debt = after.debts.get(from.id);
    if (debt !== undefined) this.reasons.onLetGo(from, debt);
    if (to === undefined) this.#tell(aboutOf(from), () => `the row of ${from.id} (${from.state}) goes`);
    const enough = debt !== undefined && (!placed(from) || debt.placed !== undefined);
    if (!enough) this.#violate('leaving a container id leaves a debt', `${from.id} was ${from.state}`, aboutOf(from));
  }

  #checkNothingThere(row: Container): void {
    if (!this.#mayExist(row.name)) return;
    const detail = `${row.name} was put back in line although its container is there or may land`;
    this.#violate('no container without a row or a debt', detail, aboutOf(row));
  }

  #checkSettled(debt: Debt, before: OwnerView): void {
    const about = aboutOf(debt);
    this.#tell(about, () => `the debt of ${debt.id} is settled`);
    const row = before.containers.get(debt.challenge);
    if (row?.id === debt.id && placed(row)) return;
    if (this.#mayExist(debt.name)) {
      const detail = `${debt.name} is there, or a create of it may still land`;
      this.#violate('a debt is deleted only after proof', detail, about);
    }
    const seen = this.seen.get(debt.id);
    if (seen) seen.settled = true;
  }

  #mayExist(name: string): boolean {
    return this.#engines.some((engine) => engine.exists(name) || engine.mayLand(name));
  }

  #noteRow(row: Container, before: Container | undefined): void {
    const line = stepOf(row);
    this.#tell(
      aboutOf(row),
      () => `${row.id} is ${row.state}${line} (turn ${row.turn}), was ${before?.state ?? 'none'}`,
    );
    if (row.id !== before?.id && this.seen.has(row.id)) {
      this.#violate('a container id is for one start', `${row.id} was used again`, aboutOf(row));
    }
    this.#noteHistory(row);
  }

  #noteDebt(debt: Debt, before: Debt | undefined): void {
    if (before === debt) return;
    const what = before === undefined ? 'stands' : 'is tried again';
    this.#tell(aboutOf(debt), () => `the debt of ${debt.id} (${debt.reason}) ${what} (turn ${debt.turn})`);
    this.#noteHistory(debt);
  }

  #noteHistory(row: Container | Debt): void {
    const known = this.seen.get(row.id) ?? { about: aboutOf(row), history: [], settled: false };
    const { history } = row;
    if (!sameStart(history, known.history)) {
      this.#violate('a history only grows', `${row.id}: an entry changed or went`, aboutOf(row));
    }
    this.seen.set(row.id, { ...known, history });
  }

  #checkQuota({ containers, debts, quota }: OwnerView): void {
    const active = [...containers.values()].filter((row) => row.state !== 'failed').length;
    const retiring = [...debts.values()].filter((debt) => debt.counted).length;
    const row = [...containers.values(), ...debts.values()][0];
    const about = row === undefined ? {} : { owner: row.owner };
    if (active !== (quota?.active ?? 0) || retiring !== (quota?.retiring ?? 0)) {
      const detail = `says ${quota?.active} + ${quota?.retiring}, there are ${active} + ${retiring}`;
      this.#violate('the quota row equals what its partition holds', detail, about);
    }
    if (active > this.#quota) this.#violate('active ≤ quota', `${active} containers`, about);
    if (active + retiring > this.#quota + retiringAllowance) {
      this.#violate('active + retiring ≤ quota + 2', `${active} + ${retiring}`, about);
    }
  }

  #violate(invariant: string, detail: string, about: About): void {
    this.#ground.report.violate(invariant, detail, about);
  }

  #tell(about: About, text: () => string): void {
    this.#ground.tell(about, text);
  }
}
