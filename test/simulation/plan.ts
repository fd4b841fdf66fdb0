import { minutes, seconds } from '../../src/core/ids.ts';
import { Random } from './random.ts';

/** How rough one run is. Every seed draws another mixture, so that each kind of trouble is also met without the others. */
export interface Plan {
  readonly seed: number;
  /** Actors act and faults happen for so long. */
  readonly activityMs: number;
  /** Then nobody acts and nothing breaks: messages of dead hosts come back, deadlines pass, reconcile goes round twice. */
  readonly quietMs: number;
  /** After two periods of reconcile everything is in order, unless a target was away when it became quiet. */
  readonly promisedMs: number;
  /** Then everything is stopped, and nothing at all may be left after so long. */
  readonly farewellMs: number;
  /** At last a few starts and stops in fair weather, each in so long. */
  readonly canaryStartMs: number;
  readonly canaryStopMs: number;
  /** Reconcile comes round; often, so that it meets things halfway, or as it is deployed. */
  readonly reconcileEveryMs: number;
  readonly hosts: number;
  readonly owners: number;
  readonly betweenActsMs: number;
  readonly eventEnds: boolean;
  /** Organisers act too. */
  readonly organised: boolean;
  /** Each host's clock is wrong by at most this. */
  readonly skewMs: number;
  /** Per call to the world, unless said otherwise. */
  readonly crash: number;
  readonly crashAtWrite: number;
  readonly crashAtBackend: number;
  readonly slowCall: number;
  readonly storageRefuses: number;
  readonly storageLosesAnswer: number;
  readonly storageRepeats: number;
  readonly messageTwice: number;
  /** After a host has decided to call a backend, and before it does: it dies, or freezes past the create's window. */
  readonly failsBeforeCall: number;
  /** The word of a solve, a deletion or a ban comes late by at most this. */
  readonly lateWordMs: number;
  /** Somebody adds time to what has just expired, while the timer is at work. */
  readonly lastMoment: number;
  /** Per message: nobody can ever handle it, as a bug would have it. */
  readonly poison: number;
  /** After a write, for longer than a create may take to land. */
  readonly freezesAtWrite: number;
  readonly listLagMs: number;
  readonly backend: BackendPlan;
  /** Mean time between two; 0 for never. */
  readonly betweenStallsMs: number;
  readonly betweenStorageOutagesMs: number;
  readonly betweenTargetOutagesMs: number;
  readonly betweenOrphansMs: number;
  readonly betweenSettingsMs: number;
  /** A change of settings touches the limits of players and times as well as the targets. */
  readonly settingsVary: boolean;
}

/** Per call of a backend, and per container. */
export interface BackendPlan {
  readonly unavailable: number;
  readonly throttled: number;
  readonly capacity: number;
  readonly permanent: number;
  readonly answerLost: number;
  /** The caller has given up by the time it takes effect. */
  readonly landsLate: number;
  readonly neverReady: number;
  readonly breaksDown: number;
  readonly exits: number;
  readonly disappears: number;
}

function backendPlan(random: Random): BackendPlan {
  const some = (most: number): number => (random.chance(0.65) ? most * random.fraction() : 0);
  return {
    unavailable: some(0.12),
    throttled: some(0.1),
    capacity: some(0.08),
    permanent: some(0.02),
    answerLost: some(0.1),
    landsLate: some(0.12),
    neverReady: some(0.08),
    breaksDown: some(0.08),
    exits: some(0.1),
    disappears: some(0.05),
  };
}

export function planOf(seed: number, activityMinutes: number): Plan {
  const random = new Random(seed, 'plan');
  const some = (most: number): number => (random.chance(0.7) ? most * random.fraction() : 0);
  const every = (mean: number): number => (random.chance(0.5) ? mean : 0);
  const storms = random.chance(0.15) ? 4 : 1;
  // Drawn apart, from a stream in which the seeds of the regressions have none of it: they stay the runs they were.
  const others = new Random(seed, 'others 430');
  const any = others.chance(0.5);
  const sometimes = (value: number): number => (any && others.chance(0.4) ? value : 0);
  return {
    seed,
    activityMs: minutes(activityMinutes),
    quietMs: minutes(33),
    promisedMs: minutes(12),
    farewellMs: minutes(14),
    canaryStartMs: seconds(30),
    canaryStopMs: seconds(15),
    reconcileEveryMs: random.chance(0.4) ? seconds(random.between(20, 90)) : minutes(5),
    hosts: random.between(1, 3),
    owners: random.between(3, 6),
    betweenActsMs: seconds(random.between(5, 30)),
    eventEnds: random.chance(0.2),
    organised: true,
    skewMs: random.chance(0.5) ? random.between(0, 5000) : 0,
    crash: some(0.0008) * storms,
    crashAtWrite: some(0.006) * storms,
    crashAtBackend: some(0.03) * storms,
    slowCall: some(0.01),
    storageRefuses: some(0.004) * storms,
    storageLosesAnswer: some(0.004) * storms,
    storageRepeats: some(0.01) * storms,
    messageTwice: some(random.chance(0.3) ? 0.4 : 0.1),
    poison: sometimes(0.01),
    failsBeforeCall: sometimes(0.04),
    lateWordMs: sometimes(seconds(20)),
    lastMoment: sometimes(0.5),
    freezesAtWrite: random.chance(0.4) ? 0.002 : 0,
    listLagMs: random.chance(0.2) ? seconds(90) : seconds(random.between(0, 15)),
    backend: backendPlan(random),
    betweenStallsMs: every(minutes(4)),
    betweenStorageOutagesMs: every(minutes(10)),
    betweenTargetOutagesMs: every(minutes(8)),
    betweenOrphansMs: every(minutes(6)),
    betweenSettingsMs: every(minutes(9)),
    // As above: none of it in the seeds of the regressions.
    settingsVary: new Random(seed, 'settings 86').chance(0.35),
  };
}
