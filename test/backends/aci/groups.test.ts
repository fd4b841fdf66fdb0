import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { tagsOf } from '../../../src/backends/aci/group-tags.ts';
import { openAci } from '../../../src/backends/aci/open-aci.ts';
import { backendName, ContainerId } from '../../../src/core/ids.ts';
import type { Backend } from '../../../src/core/ports.ts';
import { type FakeAnswer, type FakeAzure, refusal, startFakeAzure } from './support/fake-azure.ts';
import { groupsPath, name, requestWith, settingsFor } from './support/subjects.ts';

let fake: FakeAzure;
let aci: Backend;
beforeAll(async () => {
  fake = await startFakeAzure();
  aci = await openAci(settingsFor(fake));
});
afterAll(() => fake.close());
beforeEach(() => {
  fake.requests.length = 0;
});

const groupPath = `${groupsPath}/${name}`;
const absent = refusal(404, 'ResourceNotFound', "The Resource 'x' under resource group 'players' was not found.");

interface Wire {
  readonly name?: string;
  readonly tags?: Readonly<Record<string, unknown>>;
  readonly [property: string]: unknown;
}

/** A group on the wire: everything but name and tags are its properties. */
function groupWith({ name: called = name, tags = tagsOf(requestWith()), ...properties }: Wire = {}): object {
  const ipAddress = { ip: '20.1.2.3', fqdn: 'ann.h4sh.westeurope.azurecontainer.io', type: 'Public', ports: [] };
  return {
    name: called,
    tags,
    location: 'westeurope',
    properties: { provisioningState: 'Succeeded', ipAddress, ...properties },
  };
}

const group = (wire: Wire = {}): unknown => groupWith(wire);

function withContainer(instanceView: unknown, more: Wire = {}): unknown {
  return group({
    instanceView: { state: 'Running', events: [] },
    containers: [{ name: 'challenge', properties: { image: 'x', instanceView } }],
    ...more,
  });
}

const host = 'ann.h4sh.westeurope.azurecontainer.io';
const running = {
  state: 'running',
  endpoints: [
    { label: 'Seite 🏴‍☠️', protocol: 'http', port: 8080, template: 'http://{host}:{port}/login', host, ip: '20.1.2.3' },
    { label: 'Game', protocol: 'udp', port: 7777, host, ip: '20.1.2.3' },
  ],
};

describe('list', () => {
  const listing = (...groups: unknown[]): FakeAnswer => ({ status: 200, body: { value: groups } });

  test('follows every page in one pass, without a look at a single group', async () => {
    const second = 'berth-99999999999999999999';
    const tags = { ...tagsOf(requestWith()), 'berth-container': '99999999999999999999' };
    fake.respond = ({ query }) =>
      query.has('page')
        ? listing(group({ name: second, tags, provisioningState: 'Creating', ipAddress: null }))
        : { status: 200, body: { value: [group()], nextLink: `${fake.origin}${groupsPath}?page=2` } };

    expect(await aci.list()).toEqual([
      { name, labels: requestWith().labels, observation: running },
      {
        name: second,
        labels: { ...requestWith().labels, containerId: '99999999999999999999' },
        observation: { state: 'pending' },
      },
    ]);
    expect(fake.requests.map(({ method, path }) => `${method} ${path}`)).toEqual([
      `GET ${groupsPath}`,
      `GET ${groupsPath}`,
    ]);
  });

  test('leaves out what stands in another region of the same resource group', async () => {
    const located = (id: string, location: string | null): unknown => {
      const request = requestWith();
      const containerId = ContainerId.parse(id);
      const tags = tagsOf({ ...request, labels: { ...request.labels, containerId } });
      return { ...groupWith({ name: backendName(containerId), tags }), location };
    };
    fake.respond = () =>
      listing(
        located('11111111111111111111', 'westeurope'),
        located('22222222222222222222', 'West Europe'),
        located('33333333333333333333', 'northeurope'),
        located('44444444444444444444', null),
      );
    expect((await aci.list()).map((listed) => listed.labels.containerId.slice(0, 1))).toEqual(['1', '2', '4']);
  });

  test('is an error when any page is missing', async () => {
    fake.respond = ({ query }) =>
      query.has('page')
        ? refusal(500, 'InternalServerError', 'x')
        : { status: 200, body: { value: [group()], nextLink: `${fake.origin}${groupsPath}?page=2` } };
    await expect(aci.list()).rejects.toMatchObject({ code: 'InternalServerError', fault: { kind: 'retryable' } });
  });

  test.each<[string, unknown]>([
    ['a page', '<html>Service unavailable</html>'],
    ['an error', { error: { code: 'InternalServerError', message: 'x' } }],
    ['nothing', undefined],
    ['no list', { value: null }],
    ['a list of something else', { value: [{ groups: [] }] }],
    [
      'a group whose tags cannot be read',
      { value: [group(), { name, tags: { ...tagsOf(requestWith()), 'berth-owner': 7 } }] },
    ],
  ])('is an error, not an empty list, when 200 comes with %s', async (_what, body) => {
    fake.respond = () => ({ status: 200, body });
    await expect(aci.list()).rejects.toMatchObject({ name: 'BackendError', fault: { kind: 'retryable' } });
  });

  test.each<[string, unknown]>([
    ["another deployment's", group({ tags: { ...tagsOf(requestWith()), 'berth-deployment': 'two' } })],
    ['untagged ones', group({ tags: {} })],
    ['ones with broken tags', group({ tags: { ...tagsOf(requestWith()), 'berth-owner': 'nobody' } })],
    ['ones under a name that their tag does not give', group({ name: 'berth-00000000000000000000' })],
    ['ones without tags at all', { name: 'web', properties: {} }],
  ])('leaves out %s', async (_what, foreign) => {
    fake.respond = () => listing(foreign, group());
    expect((await aci.list()).map((listed) => listed.name)).toEqual([name]);
  });

  test.each<[string, unknown]>([
    ['Pending', { state: 'pending' }],
    ['Creating', { state: 'pending' }],
    ['Repairing', { state: 'pending' }],
    ['Failed', { state: 'failed', code: 'provisioning_failed', detail: 'Azure could not start it' }],
    ['Deleting', { state: 'failed', code: 'being_removed', detail: 'Azure is removing it' }],
  ])('reads %s', async (provisioningState, observation) => {
    fake.respond = () => listing(group({ provisioningState }));
    expect(await aci.list()).toMatchObject([{ observation }]);
  });

  test('waits for an address, and shows the address where there is no name', async () => {
    fake.respond = () => listing(group({ ipAddress: { type: 'Public', ports: [] } }));
    expect(await aci.list()).toMatchObject([{ observation: { state: 'pending' } }]);
    fake.respond = () => listing(group({ ipAddress: { ip: '20.1.2.3', type: 'Public', ports: [] } }));
    expect(await aci.list()).toMatchObject([
      { observation: { endpoints: [{ host: '20.1.2.3' }, { host: '20.1.2.3' }] } },
    ]);
  });

  test('says that it cannot tell an exit', () => {
    expect(aci.listShowsExit).toBe(false);
  });
});

describe('get', () => {
  test('is absent only on a proven 404', async () => {
    fake.respond = () => absent;
    expect(await aci.get(name)).toEqual({ state: 'absent' });
    fake.respond = () => refusal(404, 'ResourceGroupNotFound', "Resource group 'players' could not be found.");
    await expect(aci.get(name)).rejects.toMatchObject({ code: 'ResourceGroupNotFound', fault: { kind: 'permanent' } });
    fake.respond = () => ({ status: 404 });
    await expect(aci.get(name)).rejects.toMatchObject({ fault: { kind: 'retryable' } });
    const page = {
      status: 404,
      body: `<html>'ResourceNotFound': go away</html>`,
      headers: { 'content-type': 'text/html' },
    };
    fake.respond = () => page;
    await expect(aci.get(name)).rejects.toMatchObject({ fault: { kind: 'retryable' } });
    await expect(aci.remove(name)).rejects.toMatchObject({ fault: { kind: 'retryable' } });
  });

  test.each<[string, unknown, unknown]>([
    ['runs', withContainer({ restartCount: 1, currentState: { state: 'Running' } }), running],
    [
      'has ended',
      withContainer(
        { restartCount: 0, currentState: { state: 'Terminated', exitCode: 137, detailStatus: 'OOMKilled' } },
        { instanceView: { state: 'Failed', events: [] } },
      ),
      { state: 'exited', exitCode: 137, detail: 'exit code 137, OOMKilled' },
    ],
    [
      'starts again and again',
      withContainer({
        restartCount: 3,
        currentState: { state: 'Waiting', detailStatus: 'CrashLoopBackOff' },
        previousState: { state: 'Terminated', exitCode: 2 },
        events: [{ name: 'Killing', message: 'Killing container' }],
      }),
      { state: 'exited', exitCode: 2, detail: 'exit code 2, restarted 3 times; Killing: Killing container' },
    ],
    [
      'is about to start again',
      withContainer(
        { restartCount: 1, currentState: { state: 'Waiting' }, previousState: { state: 'Terminated', exitCode: 2 } },
        { instanceView: { state: 'Pending' } },
      ),
      { state: 'pending' },
    ],
    [
      'could not be started',
      group({
        provisioningState: 'Failed',
        instanceView: { state: 'Failed', events: [{ name: 'SubnetFull', message: 'no address left' }] },
      }),
      { state: 'failed', code: 'provisioning_failed', detail: 'Azure could not start it; SubnetFull: no address left' },
    ],
    [
      'was stopped in the portal',
      group({ instanceView: { state: 'Stopped', events: [] } }),
      { state: 'failed', code: 'stopped', detail: 'it was stopped in Azure' },
    ],
  ])('of a container that %s', async (_what, answer, observation) => {
    fake.respond = () => ({ status: 200, body: answer });
    expect(await aci.get(name)).toEqual(observation);
    expect(fake.requests.map(({ path }) => path)).toEqual([groupPath]);
  });

  test('does not tell of what is not ours', async () => {
    fake.respond = () => ({ status: 200, body: group({ tags: {} }) });
    await expect(aci.get(name)).rejects.toMatchObject({ code: 'not_ours' });
  });
});

describe('remove', () => {
  const script = (...answers: FakeAnswer[]): void => {
    const rest = [...answers];
    fake.respond = () => rest.shift();
  };
  const methods = (): string[] => fake.requests.map(({ method }) => method);
  const begun = (status: number): FakeAnswer => ({
    status,
    ...(status !== 204 && { body: group() }),
    headers: { location: `${fake.origin}/operations/1`, 'azure-asyncoperation': `${fake.origin}/operations/1` },
  });
  const there: () => FakeAnswer = () => ({ status: 200, body: group() });

  test('of what is not there is done after one look', async () => {
    script(absent);
    expect(await aci.remove(name)).toBe('gone');
    expect(methods()).toEqual(['GET']);
  });

  test('that began is not done, and is not waited for', async () => {
    script(there(), begun(202));
    expect(await aci.remove(name)).toBe('going');
    expect(methods()).toEqual(['GET', 'DELETE']);
    expect(fake.requests[1]?.path).toBe(groupPath);
  });

  test('answered with 204 is done', async () => {
    script(there(), { status: 204 });
    expect(await aci.remove(name)).toBe('gone');
  });

  test('answered with 200 is done only when the group is no longer there', async () => {
    script(there(), begun(200), absent);
    expect(await aci.remove(name)).toBe('gone');
    script(there(), begun(200), there());
    expect(await aci.remove(name)).toBe('going');
  });

  test('does not ask twice for what is being deleted', async () => {
    script({ status: 200, body: group({ provisioningState: 'Deleting' }) });
    expect(await aci.remove(name)).toBe('going');
    expect(methods()).toEqual(['GET']);
  });

  test.each<[string, FakeAnswer]>([
    [
      "another deployment's",
      { status: 200, body: group({ tags: { ...tagsOf(requestWith()), 'berth-deployment': 'two' } }) },
    ],
    ['an untagged', { status: 200, body: group({ tags: {} }) }],
  ])('never deletes %s group', async (_whose, answer) => {
    fake.respond = () => answer;
    await expect(aci.remove(name)).rejects.toMatchObject({ code: 'not_ours', fault: { kind: 'permanent' } });
    expect(methods()).toEqual(['GET']);
  });

  test.each<[string, FakeAnswer, string]>([
    ['transitioning', refusal(409, 'ContainerGroupTransitioning', 'still transitioning'), 'retryable'],
    ['throttled', refusal(429, 'TooManyRequests', 'slow down', { 'retry-after': '9' }), 'throttled'],
    ['broken', refusal(500, 'InternalServerError', 'x'), 'retryable'],
  ])('that is %s is unknown', async (_what, answer, kind) => {
    script(there(), answer);
    await expect(aci.remove(name)).rejects.toMatchObject({ fault: { kind } });
  });
});

describe('logs', () => {
  const logsPath = `${groupPath}/containers/challenge/logs`;
  /** The group is there and ours; its log is answered as told. */
  const answering = (answer: FakeAnswer): void => {
    fake.respond = ({ path }) => (path === logsPath ? answer : { status: 200, body: group() });
  };
  const asked = () => fake.requests.filter(({ path }) => path === logsPath);

  test('are the last bytes of the one container', async () => {
    answering({ status: 200, body: { content: 'first\nsecond ü\n' } });
    expect(await aci.logs(name, 10)).toBe('second ü\n');
    expect(asked().map(({ method, query }) => [method, query.get('tail')])).toEqual([['GET', '10']]);
  });

  test('are cut between characters', async () => {
    answering({ status: 200, body: { content: 'aü!' } });
    expect(await aci.logs(name, 2)).toBe('!');
  });

  test.each<[string, FakeAnswer]>([
    ['says nothing yet', { status: 200, body: { content: null } }],
    ['is not up yet', refusal(409, 'ContainerGroupDeploymentNotReady', 'not ready')],
    ['never started', refusal(404, 'ContainerNotFound', 'not found')],
    ['has just gone', absent],
  ])('of one that %s are empty', async (_what, answer) => {
    answering(answer);
    expect(await aci.logs(name, 100)).toBe('');
    expect(asked()).toHaveLength(1);
  });

  test('of one that is not there are empty', async () => {
    fake.respond = () => absent;
    expect(await aci.logs(name, 100)).toBe('');
    expect(asked()).toHaveLength(0);
  });

  test('of what is not ours are not read', async () => {
    fake.respond = () => ({ status: 200, body: group({ tags: {} }) });
    await expect(aci.logs(name, 100)).rejects.toMatchObject({ code: 'not_ours' });
    expect(asked()).toHaveLength(0);
  });

  test('that cannot be read are an error', async () => {
    answering(refusal(403, 'AuthorizationFailed', 'no'));
    await expect(aci.logs(name, 100)).rejects.toMatchObject({ code: 'AuthorizationFailed' });
  });
});

describe('usage', () => {
  const row = (value: string, currentValue: number, limit: number): unknown => ({
    name: { value },
    currentValue,
    limit,
    unit: 'Count',
  });

  test.each(['ContainerGroups', 'StandardContainerGroups'])(
    'tells groups (as %s) and cores of the region',
    async (groups) => {
      const value = [row(groups, 7, 100), row('StandardCores', 9, 10), row('StandardSpotCores', 0, 10)];
      fake.respond = () => ({ status: 200, body: { value } });
      expect(await aci.usage()).toEqual({
        limits: [
          { name: 'groups', used: 7, limit: 100 },
          { name: 'cores', used: 9, limit: 10 },
        ],
      });
      expect(fake.requests[0]?.path).toMatch(/Microsoft.ContainerInstance\/locations\/westeurope\/usages$/);
    },
  );
});
