/** Every word that the panel, the form and the organiser's page say: one export for each, so that each build holds its own. */

/** What went wrong on the way to CTFd and to the service, and what to do about it. */
export const troubleTexts = {
  signedOut: 'CTFd no longer accepts this page. Reload it, and sign in again if it asks.',
  ctfdUnreachable: 'CTFd does not answer. Try again in a moment.',
  offline: 'You seem to be offline. This goes on by itself when the connection is back.',
  unreachable: 'The container service cannot be reached. Your network may block it; if it does not, tell an organiser.',
  blocked:
    'The container service does not allow this page to read its answers. Tell an organiser: this site is missing from its allowed origins (CORS).',
  timeout: 'The container service takes too long to answer. Try again in a moment.',
  garbled: 'Something answered in the container service’s place. Try again in a moment.',
  tokenRefused:
    'The container service does not accept the pass that CTFd gave you. Reload the page, or tell an organiser.',
  noReason: 'Something went wrong on our side.',
} as const;

export const panelTexts = {
  region: 'Your container',
  loading: 'Looking for your container…',
  noneAbout: 'This challenge runs in a container of your own.',
  states: {
    none: 'Not started',
    queued: 'Waiting in line',
    provisioning: 'Starting',
    running: 'Running',
    failed: 'Not running',
  },

  ahead: (place: number) =>
    place === 0 ? 'Yours is the next to start.' : `${place} ${place === 1 ? 'start' : 'starts'} ahead of yours.`,
  accepted: 'Your request is in. Finding a place for it…',
  readyIn: (time: string) => `Ready in about ${time}.`,
  soFar: (time: string) => `${time} so far.`,
  usually: (typical: string) => `It usually takes about ${typical}.`,
  slow: (typical: string) => `That is longer than the usual ${typical}; it is still being worked on.`,
  progress: 'Progress of the start',

  copy: 'Copy',
  copyOf: (label: string) => `Copy ${label}`,
  copied: 'Copied',
  copyFailed: 'Press Ctrl+C',
  byAddress: (ip: string) => `If the name is not found yet, use ${ip} in its place.`,

  stopsIn: 'Stops in',
  at: (time: string) => `at ${time}`,
  startedBy: (name: string) => `Started by ${name}.`,

  start: 'Start container',
  startAgain: 'Start again',
  renew: (left: number) => (left > 0 ? `Add time (${left} left)` : 'No time to add'),
  reset: 'Reset',
  stop: 'Stop',
  cancel: 'Cancel',
  check: 'Not answering? Check',
  busy: { start: 'Starting…', renew: 'Adding…', reset: 'Resetting…', stop: 'Stopping…', check: 'Checking…' },
  holding: (label: string, seconds: number) => `${label} (${seconds} s)`,

  ask: {
    reset: (name: string) =>
      `${name} started this container. A reset gives your whole team a fresh one: the address changes, and what was done inside is lost.`,
    stop: (name: string) => `${name} started this container. Stopping it takes it from your whole team.`,
  },
  yes: { reset: 'Reset it', stop: 'Stop it' },
  no: 'Keep it',

  retry: 'Try again',
  retryIn: (seconds: number) => `Trying again in ${seconds} s.`,
  ways: { look: 'Try now', reload: 'Reload the page', reset: 'Reset' },
  dismiss: 'Dismiss',
  swap: (other: string, own: string) => `Stop ${other} and start ${own}`,
  thisOne: 'this one',
  anotherTab: 'Another tab',
  cleaningUp: 'An earlier container is still being removed. Yours starts by itself as soon as there is room.',
  stillCleaningUp: 'Earlier containers are still being removed. Try again in a minute.',
  paused: (message: string) => `Paused by the organisers: ${message}`,
  outdated: 'What is shown may be out of date.',
  code: (code: string) => `Code: ${code}`,

  ready: 'Your container is ready.',
  readyTitle: 'Ready',
  renewed: 'Time added.',
  stopped: 'Your container is stopped.',
  stoppedElsewhere:
    'The container was stopped in another tab, by a teammate or an organiser, or because the challenge was solved.',
  resetElsewhere: (name: string) => `${name} started a fresh container. The old address no longer works.`,
  startedElsewhere: (name: string) => `${name} started the container.`,
  expired: 'Time is up, so the container was stopped. Your flag still counts: hand it in without one.',
  overNow: 'Time is up; the container is being stopped. Your flag still counts.',
  answers: 'It answers. If it does not for you, wait a minute for its name to be found, and check your own network.',
  answersNot: 'It does not answer at the moment. Give it a few seconds; if it stays so, reset it.',

  left: { 1: 'Less than 5 minutes left.', 2: 'Less than a minute left.' },
  addTime: 'Add time',
  toasts: {
    0: (name: string) => name,
    1: (name: string) => `The container of “${name}” stops in less than 5 minutes.`,
    2: (name: string) => `The container of “${name}” stops in less than a minute.`,
    3: (name: string) => `The container of “${name}” was stopped: its time is up. Your flag still counts.`,
    renewed: (name: string) => `Time added to “${name}”.`,
    notRenewed: (name: string) => `No time could be added to “${name}”. Open the challenge to see why.`,
  },
} as const;

export const formTexts = {
  image: 'Image',
  imageHelp: 'What is run for each player. Type to search the registry’s list, or write any name.',
  imagesLoading: 'Fetching the list of images…',
  imagesCount: (count: number) => `${count} ${count === 1 ? 'image' : 'images'} to choose from.`,
  imagesFailed: (reason: string) =>
    `The list of images cannot be had: ${reason} What is saved stays, and you can write a name.`,
  imagesIncomplete: (reason: string) => `The list is not whole: ${reason}`,
  imagesRetry: 'Try again',
  imageNotListed: 'This image is not in the list now. It stays as it is saved.',
  options: 'Images',
  pinned: (digest: string) => `Pinned to ${digest}: every start runs exactly this.`,
  notPinned: 'Not pinned: every start runs what the tag means then.',
  moved: (digest: string) => `The tag means ${digest} by now.`,
  pin: 'Pin to this digest',
  pinNew: 'Pin to the new one',
  unpin: 'Unpin',

  ports: 'Ports',
  portsHelp: 'What players connect to, at most 5. Each becomes a line with a link or a command.',
  portsBroken: 'The saved list of ports cannot be read. Mend it here:',
  portLabel: 'Label',
  portNumber: 'Port',
  portProtocol: 'Protocol',
  portTemplate: 'How to connect',
  portAdd: 'Add a port',
  portRemove: (label: string) => `Remove port ${label}`,
  portTwice: (port: string) => `Port ${port} is listed twice.`,
  portNeeded: 'A challenge needs at least one port.',
  portInvalid: 'A port is a whole number from 1 to 65535.',

  size: 'Size',
  sizes: {
    '': 'The service’s default',
    small: 'Small: 1 vCPU, 1.5 GB',
    medium: 'Medium: 2 vCPU, 4 GB',
    large: 'Large: 4 vCPU, 16 GB',
    custom: 'Custom',
  },
  cpu: 'vCPU',
  memory: 'Memory in GB',
  sizeHelp: 'Azure takes 0.1 to 4 vCPU by hundredths, and 0.1 to 16 GB by tenths; anything else is rounded.',
  cost: (dollars: string) => `About $${dollars} an hour for each running container.`,
  noCost: 'It runs on your own engine: no cost by the hour.',

  run: 'What runs',
  command: 'Command',
  commandHelp: 'In place of the image’s own; split into words as a shell would. Empty: the image’s own.',
  environment: 'Environment',
  environmentHelp: 'One NAME=value a line.',
  secrets: 'Secret environment',
  secretsHelp:
    'One NAME=value a line. Never shown again: empty keeps what is there, new lines replace all of it, a single - clears it.',

  ready: 'When it is ready',
  probePath: 'Path to ask for',
  probePathHelp: 'Such as /health. Empty: its first port has to accept a connection.',
  probePort: 'On port',
  probePortHelp: 'Empty: the first port.',
  probeStatus: 'Expected status',
  probeStatusHelp: 'Empty: 200.',

  time: 'How long it lasts',
  lifetime: 'Lifetime in minutes',
  lifetimeHelp: 'Empty: the service’s default. 0: until the event ends.',
  renewals: 'Times that may be added',
  renewalsHelp: 'Each adds one more lifetime. Empty: the service’s default.',
  release: 'When it is solved',
  releases: { now: 'Stop the solver’s container at once', after: 'Stop it after a while', no: 'Leave it running' },
  releaseSeconds: 'After seconds',

  hardening: 'Rights inside (Docker engine only)',
  readOnly: 'Read-only root file system',
  capabilities: 'Capabilities',

  test: 'Test',
  testHelp:
    'Starts this challenge for you, as a player would, hidden or not, and shows how long it takes, where to connect and what it writes.',
  testFirst: 'Save the new challenge first. Its test is on its own page then.',
  testUnsaved: 'There are changes that are not saved. The test runs what was saved.',
  testStart: 'Test it now',
  testReady: (time: string) => `Ready after ${time}.`,
  testWaiting: (time: string) => `${time} since it was asked for.`,
  log: 'Log',
  logFetch: 'Fetch the log',
  logFetching: 'Fetching…',
  logEmpty: 'It has written nothing yet.',
} as const;
