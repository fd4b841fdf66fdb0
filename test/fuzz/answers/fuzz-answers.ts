import { setTimeout as delay } from 'node:timers/promises';
import fc from 'fast-check';
import { AciTarget } from '../../../src/backends/aci/aci-settings.ts';
import { openAci } from '../../../src/backends/aci/open-aci.ts';
import { DockerSettings } from '../../../src/backends/docker/docker-settings.ts';
import { openDocker } from '../../../src/backends/docker/open-docker.ts';
import { BackendError } from '../../../src/core/errors.ts';
import type { Backend, CreateRequest, Observation } from '../../../src/core/ports.ts';
import { systemClock } from '../../../src/system.ts';
import {
  fakeCredential,
  pullIdentity,
  registryServer,
  silentLog,
  subscriptionId,
} from '../../backends/aci/support/subjects.ts';
import { createRequestFor } from '../../support/create-request.ts';
import { type Finding, runProperty } from '../run-property.ts';
import type { Tally } from '../tally.ts';
import { Violation } from '../violation.ts';
import { type HostileAnswer, hostileAnswer, hugeAnswer, type RightAnswer } from './hostile-answer.ts';
import { type Answered, type HostileServer, startHostileServer } from './hostile-server.ts';
import { rightAzure } from './right-azure.ts';
import { rightEngine } from './right-engine.ts';

/** In the place of a minute, so that what never answers is over soon. */
const longestCallMs = 150;
/** All calls of one operation together, and the machine's own slowness. */
const operationLimitMs = 10_000;
const closedWithinMs = 2000;

const operations = [
  'create',
  'create the first time',
  'get',
  'list',
  'remove',
  'logs',
  'images',
  'usage',
  'check',
] as const;
type OperationName = (typeof operations)[number];

interface AnswerInput {
  readonly operation: OperationName;
  readonly strikesAt: number;
  readonly always: boolean;
  /** Azure alone: how images are pulled. */
  readonly byToken: boolean;
  readonly answer: HostileAnswer;
}

const answerInput: fc.Arbitrary<AnswerInput> = fc.record({
  operation: fc.constantFrom(...operations),
  strikesAt: fc.constantFrom(0, 0, 0, 1, 1, 2, 3, 4),
  always: fc.boolean(),
  byToken: fc.boolean(),
  answer: fc.oneof({ weight: 80, arbitrary: hostileAnswer }, { weight: 1, arbitrary: hugeAnswer }),
});

/** What is particular to one of the backends. */
interface Side {
  readonly name: 'docker' | 'aci';
  readonly scheme: 'http' | 'https';
  open(port: number, byToken: boolean): Promise<Backend>;
  right(request: CreateRequest): (method: string, path: string) => RightAnswer;
  /** Says for certain that the container is not there. */
  provesAbsence(answered: Answered): boolean;
  /** Has the outer shape of a list of containers. */
  isList(json: unknown): boolean;
  listPath: RegExp;
}

function parsed(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? '');
  } catch {
    return undefined;
  }
}

function member(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? new Map(Object.entries(value)).get(name) : undefined;
}

const docker: Side = {
  name: 'docker',
  scheme: 'http',
  async open(port) {
    const settings = DockerSettings.parse({ connection: { endpoint: `tcp://127.0.0.1:${port}` }, deployment: 'one' });
    return openDocker(settings, { log: silentLog, clock: systemClock, longestCallMs });
  },
  right: rightEngine,
  provesAbsence: ({ status, text }) =>
    status === 404 && /no such container/i.test(String(member(parsed(text), 'message'))),
  isList: Array.isArray,
  listPath: /^\/containers\/json$/,
};

const absentCodes: readonly unknown[] = ['ResourceNotFound', 'NotFound', 'ContainerGroupNotFound'];

const aci: Side = {
  name: 'aci',
  scheme: 'https',
  async open(port, byToken) {
    const origin = `https://127.0.0.1:${port}`;
    const target = AciTarget.parse({
      subscriptionId,
      resourceGroup: 'players',
      region: 'westeurope',
      deployment: 'one',
      registryServer,
      pull: byToken ? { mode: 'token' } : { mode: 'identity', identityResourceId: pullIdentity },
      endpoints: { arm: origin, armAudience: 'https://management.azure.com', registry: origin },
    });
    const credential = fakeCredential();
    return openAci({ ...target, credential: async () => credential, now: Date.now, log: silentLog, longestCallMs });
  },
  right: rightAzure,
  provesAbsence: ({ method, status, text }) =>
    (method === 'DELETE' && status === 204) ||
    (status === 404 && absentCodes.includes(member(member(parsed(text), 'error'), 'code'))),
  isList: (json) => Array.isArray(member(json, 'value')),
  listPath: /\/containerGroups$/,
};

function call(backend: Backend, operation: OperationName, request: CreateRequest): Promise<unknown> {
  switch (operation) {
    case 'create':
      return backend.create(request);
    case 'create the first time':
      return backend.create({ ...request, first: true });
    case 'get':
    case 'remove':
      return backend[operation](request.name);
    case 'logs':
      return backend.logs(request.name, 1000);
    default:
      return backend[operation]();
  }
}

type Outcome = { readonly value: unknown } | { readonly error: unknown } | 'hangs';

async function outcomeOf(running: Promise<unknown>): Promise<Outcome> {
  const settled = running.then(
    (value) => ({ value }),
    (error: unknown) => ({ error }),
  );
  return Promise.race([settled, delay(operationLimitMs, 'hangs' as const, { ref: false })]);
}

const longestDelayMs = 600_000;
/** No answer of the service's own: whatever it was, no challenge is to blame for it. */
const fromElsewhere = new Set([
  'text',
  'cut short',
  'huge',
  'redirect',
  'no HTTP',
  'reset',
  'reset after the head',
  'silence',
  'drip',
]);

function checkError(error: unknown, { answer }: AnswerInput): string {
  if (!(error instanceof BackendError)) {
    throw new Violation('wrong', `no BackendError: ${error instanceof Error ? error.stack : String(error)}`);
  }
  const { fault, code } = error;
  if (fault.kind !== 'permanent') {
    if (!(fault.delayMs >= 0 && fault.delayMs <= longestDelayMs))
      throw new Violation('wrong', `a delay of ${fault.delayMs} ms`);
    return fault.kind;
  }
  if (fromElsewhere.has(answer.is) && parsed('text' in answer ? answer.text : undefined) === undefined) {
    throw new Violation('wrong', `${code} is for good, by an answer that is not the service’s: ${error.message}`);
  }
  return 'permanent';
}

const states: readonly Observation['state'][] = ['pending', 'running', 'failed', 'exited', 'absent'];

function checkValue(side: Side, input: AnswerInput, value: unknown, answered: readonly Answered[]): string {
  const { operation } = input;
  const saysAbsent = value === 'gone' || member(value, 'state') === 'absent';
  if (saysAbsent && !answered.some(side.provesAbsence)) {
    throw new Violation(
      'wrong',
      `${operation} takes it for gone without a proof: ${JSON.stringify(answered).slice(0, 600)}`,
    );
  }
  if (operation === 'list') checkList(side, value, answered);
  const state = member(value, 'state');
  if (state !== undefined && !states.some((known) => known === state))
    throw new Violation('wrong', `state ${String(state)}`);
  return typeof state === 'string'
    ? state
    : typeof value === 'string' && value.length < 10
      ? value || 'empty'
      : 'answer';
}

/** Complete or an error: what is no list must not be taken for an empty one. */
function checkList(side: Side, value: unknown, answered: readonly Answered[]): void {
  const noList = answered.find(({ path, text }) => side.listPath.test(path) && !side.isList(parsed(text)));
  if (noList === undefined) return;
  throw new Violation('wrong', `a list of ${JSON.stringify(value)} is made of ${JSON.stringify(noList).slice(0, 400)}`);
}

async function checkClosed(server: HostileServer): Promise<void> {
  const deadline = Date.now() + closedWithinMs;
  while (server.hanging() > 0) {
    if (Date.now() > deadline) throw new Violation('hang', 'a connection is kept open whose answer never ends');
    await delay(10);
  }
}

async function runOne(side: Side, server: HostileServer, input: AnswerInput, tally: Tally): Promise<void> {
  const request = createRequestFor('one', { image: `${registryServer}/web:1` });
  const answered = server.begin(input, side.right(request));
  const backend = await side.open(server.port, input.byToken);
  const outcome = await outcomeOf(call(backend, input.operation, request));
  if (outcome === 'hangs') throw new Violation('hang', `${input.operation} is not over in ${operationLimitMs} ms`);
  const name = 'error' in outcome ? checkError(outcome.error, input) : checkValue(side, input, outcome.value, answered);
  await checkClosed(server);
  tally.note(`(${side.name}) ${input.operation}`, name);
}

async function fuzzSide(side: Side, runs: number, seed: number, tally: Tally): Promise<readonly Finding[]> {
  const server = await startHostileServer(side.scheme);
  try {
    const run = (input: AnswerInput): Promise<void> => runOne(side, server, input, tally);
    return await runProperty({ part: side.name, inputs: answerInput, runs, seed, run }, 1);
  } finally {
    await server.close();
  }
}

/** The Docker backend against an engine that answers with garbage. */
export function fuzzEngine(runs: number, seed: number, tally: Tally): Promise<readonly Finding[]> {
  return fuzzSide(docker, runs, seed, tally);
}

/** The ACI backend against an ARM and a registry that do. */
export function fuzzAzure(runs: number, seed: number, tally: Tally): Promise<readonly Finding[]> {
  return fuzzSide(aci, runs, seed, tally);
}
