/** Every metric, in one place: the workbook and the alerts are held against this table. */
export const metrics = {
  requested: { name: 'berth.container.requested', unit: '{container}', about: 'Starts that were asked for.' },
  started: { name: 'berth.container.started', unit: '{container}', about: 'Containers that came to run.' },
  failed: { name: 'berth.container.failed', unit: '{container}', about: 'Containers that failed, by code.' },
  retired: {
    name: 'berth.container.retired',
    unit: '{container}',
    about: 'Containers that were let go of, by reason.',
  },
  released: { name: 'berth.container.released', unit: '{container}', about: 'Containers that are proven gone.' },
  waitingTime: {
    name: 'berth.container.waiting_time',
    unit: 'ms',
    about: 'From the request to the start on a target.',
  },
  timeToReady: { name: 'berth.container.time_to_ready', unit: 'ms', about: 'From the request to an answering port.' },
  containers: { name: 'berth.containers', unit: '{container}', about: 'Containers, by state.' },
  cores: { name: 'berth.containers.cores', unit: '{core}', about: 'vCPU of what is coming up or runs.' },
  memory: { name: 'berth.containers.memory_gb', unit: 'GB', about: 'Memory of what is coming up or runs.' },
  waiting: { name: 'berth.line.waiting', unit: '{container}', about: 'Containers that wait for room on a target.' },
  overdue: {
    name: 'berth.rows.overdue_age',
    unit: 'ms',
    about: 'How late the most overdue row is: the age of the queues.',
  },
  backendCalls: { name: 'berth.backend.duration', unit: 'ms', about: 'Calls of a backend, by operation and outcome.' },
  backendErrors: {
    name: 'berth.backend.errors',
    unit: '{call}',
    about: 'Calls of a backend that went wrong, by kind.',
  },
  orphans: {
    name: 'berth.reconcile.orphans',
    unit: '{container}',
    about: 'Containers without a row that are removed.',
  },
  reconcileStopped: {
    name: 'berth.reconcile.stopped',
    unit: '{pass}',
    about: 'Passes that touched nothing: too many orphans.',
  },
  challengePaused: {
    name: 'berth.challenge.paused',
    unit: '{challenge}',
    about: 'Challenges that failed too often in a row.',
  },
  poisoned: { name: 'berth.queue.poisoned', unit: '{message}', about: 'Messages that failed too often, by queue.' },
  healthProblems: {
    name: 'berth.health.problems',
    unit: '{problem}',
    about: 'What GET health names, each five minutes.',
  },
} as const;
export type MetricKey = keyof typeof metrics;

/** Every span. All of one container are one trace; `start` is its root. */
export const spans = {
  /** From the request to running, failed or given up. */
  start: 'container start',
  /** The part of it before a target took it. */
  wait: 'container wait',
  /** The part of it from the target's turn to an answering port. */
  comeUp: 'container come up',
  /** From letting go to proven gone. */
  release: 'container release',
  /** An invocation of a function that moved the container; its name follows. */
  invocation: 'function',
  /** A call of the backend for the container; the operation follows. */
  backend: 'backend',
} as const;
