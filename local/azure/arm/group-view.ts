import type { ContainerRun } from '../groups/container-runs.ts';
import type { ContainerBody } from '../groups/group-body.ts';
import type { GroupRecord } from '../groups/group-record.ts';
import { type Standing, standingAt } from '../groups/group-states.ts';
import { GROUP_TYPE } from './resource-manager-refusals.ts';

export type RunOf = (container: string) => ContainerRun;

/** A group in a list: what was put and where it stands, never how its containers fare. */
export function listedGroup(record: GroupRecord, at: number): unknown {
  return view(record, at, undefined);
}

/** A group by itself, with the instance views of its containers. */
export function wholeGroup(record: GroupRecord, at: number, runOf: RunOf): unknown {
  return view(record, at, runOf);
}

function view(record: GroupRecord, at: number, runOf: RunOf | undefined): unknown {
  const { location: _location, tags: _tags, identity, properties, ...others } = record.body;
  const standing = standingAt(record, at);
  return {
    ...others,
    ...(identity ? { identity } : {}),
    properties: {
      ...properties,
      provisioningState: standing.state,
      isCreatedFromStandbyPool: false,
      containers: properties.containers.map((container) => containerView(container, record, standing, runOf)),
      imageRegistryCredentials: properties.imageRegistryCredentials.map(({ password: _password, ...shown }) => shown),
      ...(properties.ipAddress ? { ipAddress: addressView(record) } : {}),
      ...(runOf ? { instanceView: groupInstanceView(record, standing, runOf) } : {}),
    },
    tags: record.tags,
    id: record.id,
    name: record.name,
    type: GROUP_TYPE,
    location: record.location,
  };
}

function addressView(record: GroupRecord): object {
  return {
    ...record.body.properties.ipAddress,
    ...(record.address === undefined ? {} : { ip: record.address }),
    ...(record.fqdn === undefined ? {} : { fqdn: record.fqdn }),
  };
}

function containerView(
  container: ContainerBody,
  record: GroupRecord,
  standing: Standing,
  runOf: RunOf | undefined,
): object {
  const { properties } = container;
  // A secret value is written, never read back.
  const environmentVariables = properties.environmentVariables.map(({ secureValue: _secureValue, ...shown }) => shown);
  const shown = { ...container, properties: { ...properties, environmentVariables } };
  if (!runOf || standing.state === 'Pending') return shown;
  const instanceView = containerInstanceView(record, container, standing, runOf(container.name));
  return { ...shown, properties: { ...shown.properties, instanceView } };
}

function containerInstanceView(
  record: GroupRecord,
  container: ContainerBody,
  standing: Standing,
  run: ContainerRun,
): object {
  const current = run.state === 'Waiting' && run.exitCode !== undefined ? waitingState(run) : stateView(run);
  const previous =
    run.state === 'Waiting' && run.exitCode !== undefined ? stateView({ ...run, state: 'Terminated' }) : undefined;
  return {
    restartCount: run.restartCount,
    currentState: current,
    ...(previous ? { previousState: previous } : {}),
    events: events(record, container, standing),
  };
}

const waitingState = (run: ContainerRun): object => ({ state: 'Waiting', detailStatus: run.detail });

function stateView(run: ContainerRun): object {
  return {
    state: run.state,
    ...(run.startedAt === undefined ? {} : { startTime: iso(run.startedAt) }),
    ...(run.finishedAt === undefined ? {} : { finishTime: iso(run.finishedAt) }),
    ...(run.exitCode === undefined ? {} : { exitCode: run.exitCode }),
    detailStatus: run.detail,
  };
}

function events(record: GroupRecord, container: ContainerBody, standing: Standing): object[] {
  const image = container.properties.image;
  const list = [event('Pulling', `pulling image "${image}"`, record.startedAt + record.timing.pendingMs)];
  if (record.launch.step === 'up') {
    list.push(event('Pulled', `Successfully pulled image "${image}"`, record.launch.at));
    list.push(event('Started', 'Started container', record.launch.at));
  }
  if (standing.state === 'Failed') {
    list.push({ ...event(standing.failure.code, standing.failure.message, standing.at), type: 'Warning' });
  }
  return list;
}

function event(name: string, message: string, at: number): object {
  return { count: 1, firstTimestamp: iso(at), lastTimestamp: iso(at), name, message, type: 'Normal' };
}

function groupInstanceView(record: GroupRecord, standing: Standing, runOf: RunOf): object {
  const failure = standing.state === 'Failed' ? standing.failure : undefined;
  const troubles =
    failure && standing.state === 'Failed'
      ? [{ ...event(failure.code, failure.message, standing.at), type: 'Warning' }]
      : [];
  return { events: troubles, state: groupState(record, standing, runOf) };
}

/** `Succeeded` and `Failed` are for groups whose containers all ended and stay ended. */
function groupState(record: GroupRecord, standing: Standing, runOf: RunOf): string {
  if (standing.state === 'Pending' || standing.state === 'Creating') return 'Pending';
  if (standing.state === 'Failed') return 'Failed';
  const runs = record.body.properties.containers.map(({ name }) => runOf(name));
  if (!runs.every((run) => run.state === 'Terminated')) return 'Running';
  return runs.every((run) => run.exitCode === 0) ? 'Succeeded' : 'Failed';
}

const iso = (at: number): string => new Date(at).toISOString();
