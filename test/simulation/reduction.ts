import { type BackendPlan, type Plan, planOf } from './plan.ts';

/** Kinds of trouble that a run can do without. */
export const kinds = [
  'crash',
  'slowCall',
  'storageRefuses',
  'storageLosesAnswer',
  'storageRepeats',
  'storageOutage',
  'messageTwice',
  'poison',
  'failsBeforeCall',
  'lateWord',
  'lastMoment',
  'freezesAtWrite',
  'hostFreezes',
  'listLag',
  'skew',
  'unavailable',
  'throttled',
  'capacity',
  'permanent',
  'answerLost',
  'landsLate',
  'neverReady',
  'breaksDown',
  'exits',
  'disappears',
  'targetOutage',
  'orphan',
  'settings',
  'settingsVary',
  'eventEnd',
  'organisers',
] as const;
export type Kind = (typeof kinds)[number];

type Change = (plan: Plan) => Plan;
const but =
  (patch: Partial<Plan>): Change =>
  (plan) => ({ ...plan, ...patch });
const backendBut =
  (patch: Partial<BackendPlan>): Change =>
  (plan) => ({ ...plan, backend: { ...plan.backend, ...patch } });

const switchedOff: Readonly<Record<Kind, Change>> = {
  crash: but({ crash: 0, crashAtWrite: 0, crashAtBackend: 0 }),
  slowCall: but({ slowCall: 0 }),
  storageRefuses: but({ storageRefuses: 0 }),
  storageLosesAnswer: but({ storageLosesAnswer: 0 }),
  storageRepeats: but({ storageRepeats: 0 }),
  storageOutage: but({ betweenStorageOutagesMs: 0 }),
  messageTwice: but({ messageTwice: 0 }),
  poison: but({ poison: 0 }),
  failsBeforeCall: but({ failsBeforeCall: 0 }),
  lateWord: but({ lateWordMs: 0 }),
  lastMoment: but({ lastMoment: 0 }),
  freezesAtWrite: but({ freezesAtWrite: 0 }),
  hostFreezes: but({ betweenStallsMs: 0 }),
  listLag: but({ listLagMs: 0 }),
  skew: but({ skewMs: 0 }),
  unavailable: backendBut({ unavailable: 0 }),
  throttled: backendBut({ throttled: 0 }),
  capacity: backendBut({ capacity: 0 }),
  permanent: backendBut({ permanent: 0 }),
  answerLost: backendBut({ answerLost: 0 }),
  landsLate: backendBut({ landsLate: 0 }),
  neverReady: backendBut({ neverReady: 0 }),
  breaksDown: backendBut({ breaksDown: 0 }),
  exits: backendBut({ exits: 0 }),
  disappears: backendBut({ disappears: 0 }),
  targetOutage: but({ betweenTargetOutagesMs: 0 }),
  orphan: but({ betweenOrphansMs: 0 }),
  settings: but({ betweenSettingsMs: 0 }),
  settingsVary: but({ settingsVary: false }),
  eventEnd: but({ eventEnds: false }),
  organisers: but({ organised: false }),
};

/** What of a seed's plan is left: the same seed and the same reduction give the same run. */
export interface Reduction {
  /** Of activity. */
  readonly minutes: number;
  readonly without: readonly Kind[];
  /** At most so many; as the plan says when absent. */
  readonly hosts?: number | undefined;
  readonly owners?: number | undefined;
}

export function reducedPlan(seed: number, { minutes: long, without, hosts, owners }: Reduction): Plan {
  const whole = planOf(seed, long);
  const plan = without.reduce((rest, kind) => switchedOff[kind](rest), whole);
  return {
    ...plan,
    hosts: Math.min(hosts ?? plan.hosts, plan.hosts),
    owners: Math.min(owners ?? plan.owners, plan.owners),
  };
}

/** The kinds of trouble that this seed has at all. */
export function kindsOf(seed: number): Kind[] {
  const plan = planOf(seed, 1);
  return kinds.filter((kind) => JSON.stringify(switchedOff[kind](plan)) !== JSON.stringify(plan));
}

/** As the command line takes them. */
export function flagsOf(seed: number, { minutes: long, without, hosts, owners }: Reduction): string {
  return [
    `--seed ${seed} --minutes ${long}`,
    ...(hosts === undefined ? [] : [`--hosts ${hosts}`]),
    ...(owners === undefined ? [] : [`--owners ${owners}`]),
    ...(without.length === 0 ? [] : [`--without ${without.join(',')}`]),
  ].join(' ');
}
