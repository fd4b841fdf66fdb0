import type { Figure } from './part.ts';
import { median } from './support/percentiles.ts';

/** A promise about one figure. Each part's first word is the part it comes from. */
export interface Goal {
  readonly figure: string;
  readonly about: string;
  readonly limit: number;
  readonly unit: string;
  /** `atMost` by default; `exactly` for counts. */
  readonly exactly?: boolean | undefined;
}

const addedDelay = (seconds: number): Goal => ({
  figure: `queue.added-p50.${seconds}`,
  about: `Delay added to a cold start of ${seconds} s, p50`,
  limit: 2,
  unit: 's',
});

export const goals: readonly Goal[] = [
  {
    figure: 'floor.total-ratio.100',
    about: '100 players: all reachable, against the bare engine',
    limit: 1.1,
    unit: '×',
  },
  {
    figure: 'floor.p95-ratio.100',
    about: '100 players: click to reachable p95, against the bare engine',
    limit: 1.1,
    unit: '×',
  },
  {
    figure: 'floor.apart.total-ratio.100',
    about: 'The same with the engine on cores of its own: all reachable',
    limit: 1.1,
    unit: '×',
  },
  {
    figure: 'floor.apart.p95-ratio.100',
    about: 'The same with the engine on cores of its own: p95',
    limit: 1.1,
    unit: '×',
  },
  {
    figure: 'floor.read-p99.100',
    about: 'Another player’s status read during that storm, p99',
    limit: 300,
    unit: 'ms',
  },
  {
    figure: 'accept.accepted',
    about: '1,000 at the same instant: accepted',
    limit: 1000,
    unit: 'players',
    exactly: true,
  },
  { figure: 'accept.refused', about: '1,000 at the same instant: refused', limit: 0, unit: 'players', exactly: true },
  { figure: 'accept.ratio', about: 'The last of them, against the sustained accept rate', limit: 1.5, unit: '×' },
  { figure: 'poll.reads', about: 'Storage reads per poll', limit: 1, unit: 'reads' },
  {
    figure: 'storage.operations',
    about: 'Storage operations per lifecycle, polls aside',
    limit: 24,
    unit: 'operations',
  },
  {
    figure: 'cold.http-ratio',
    about: 'Load of the HTTP path, against bare Functions, Tables and Queues',
    limit: 1.3,
    unit: '×',
  },
  { figure: 'growth.expire-ratio', about: 'Expire pass per row: 10,000 rows against 1,000', limit: 1.5, unit: '×' },
  {
    figure: 'growth.reconcile-ratio',
    about: 'Reconcile pass per row: 10,000 rows against 1,000',
    limit: 1.5,
    unit: '×',
  },
  addedDelay(0),
  addedDelay(5),
  addedDelay(30),
];

export interface Verdict extends Goal {
  /** The median of the runs. */
  readonly value: number;
  readonly met: boolean;
}

/** A verdict on every goal whose figure was taken. */
export function verdicts(figures: readonly Figure[]): readonly Verdict[] {
  const byId = new Map(figures.map((figure) => [figure.id, median(figure.runs)]));
  return goals.flatMap((goal) => {
    const value = byId.get(goal.figure);
    if (value === undefined) return [];
    return { ...goal, value, met: goal.exactly ? value === goal.limit : value <= goal.limit };
  });
}
