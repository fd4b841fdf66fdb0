/** Milliseconds since the epoch. Every state that the stand-in shows is computed from it. */
export interface Clock {
  now(): number;
}

/** Real waiting: only for delayed answers and for opening the ports of groups that nobody asks about. */
export interface Scheduler {
  sleep(ms: number): Promise<void>;
  /** Runs `task` every `ms`; returns what ends it. */
  every(ms: number, task: () => void): () => void;
}

export const systemClock: Clock = { now: () => Date.now() };

export const systemScheduler: Scheduler = {
  sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
  every(ms, task) {
    const timer = setInterval(task, ms);
    timer.unref();
    return () => clearInterval(timer);
  },
};
