import { minutes, seconds } from './ids.ts';

/** Every period of the lifecycle, in milliseconds, in one place. */
export const periods = {
  /** Between two looks at a target while something is in flight there. */
  watchTick: seconds(2),
  /** The same while a start is younger than this: what takes no time to come up shall not wait for the watch. */
  quickTick: seconds(1),
  young: seconds(3),
  /** From the start that begins a watch to its first look: what is ready at once is seen at once. */
  firstLook: seconds(1),
  /** A watch chain that has not ticked for this long is taken for dead. */
  watchDead: seconds(10),
  /** A start this near counts as in flight: the clock of the host that reserved it may be ahead. */
  startNear: seconds(10),
  /** From the start of a create: until then a 404 proves nothing. */
  createWindow: minutes(2),
  /** A create that cannot leave so soon after its row was written waits for another attempt, with another window. */
  createLeavesWithin: seconds(30),
  /** From the accepted create to running. */
  provisioningDeadline: minutes(10),
  /** How long provisioning waits itself for the first answer before it leaves that to the watch. */
  readyHere: seconds(3),
  readyPoll: 100,
  /** A start taken later than this after its promised moment is accounted for anew. */
  lateStart: seconds(10),
  /** More than a start may be late, its way to the backend included. */
  startSlack: seconds(15),
  /** A queued row whose message seems lost. */
  queuedDue: seconds(30),
  waitingDue: minutes(1),
  /** What a re-sent message gets on top of its delay before the expire timer takes it for lost. */
  lostMessage: minutes(1),
  clockSkew: minutes(2),
  orphanGrace: minutes(3),
  /** Between two passes that prove a running container lost. */
  lostAgain: minutes(4),
  failedKept: minutes(60),
  rateWindow: minutes(1),
  capacityRest: minutes(1),
  /** From a container's end to its slot being free: half of the expire timer's minute, and what a removal takes. */
  slotReturn: seconds(45),
  checkAgain: seconds(10),
  noTarget: seconds(15),
  controlFresh: seconds(3),
} as const;

/** How many retiring containers an owner may hold beside the quota, so that a start/stop loop gains nothing. */
export const retiringAllowance = 2;

/** Permanent failures in a row that pause a challenge. */
export const failuresToPause = 3;

/** Delay after try `n` (from 0) to prove a container gone. Azure takes some seconds: an earlier look is one for nothing. */
export function releaseDelay(n: number): number {
  return Math.min(seconds(60), seconds(3) * 2 ** Math.min(n, 5));
}
