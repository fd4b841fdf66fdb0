import type { Container, ContainerGroup, ImageRegistryCredential } from '@azure/arm-containerinstance';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { type GroupChanges, get, groupBody, put, putBody, refusalOf } from './support/groups.ts';
import { startBench } from './support/stand-in.ts';

const bench = await startBench({ listen: false, settings: { coldStartMs: 0, pendingMs: 0 } });
const { registryHost, pullIdentityId = '' } = bench.standIn;

const tokenSchema = z.object({ refresh_token: z.string() });

const tags = (count: number): Record<string, string> =>
  Object.fromEntries([...Array(count).keys()].map((n) => [`t${n}`, '']));

const pulling = (body: ContainerGroup, credential: ImageRegistryCredential): ContainerGroup => ({
  ...body,
  imageRegistryCredentials: [credential],
});

const each = (body: ContainerGroup, change: (container: Container) => Container): ContainerGroup => ({
  ...body,
  containers: body.containers.map(change),
});

const limited = (container: Container, cpu: number): Container => ({
  ...container,
  resources: { ...container.resources, limits: { cpu } },
});

describe('a PUT that Azure would refuse', () => {
  it.each<[string, GroupChanges, number, string]>([
    ['memory off the 0.1 GB step', { memoryInGB: 1.25 }, 400, 'MemoryRequirementNotTimesOfOneTenthGB'],
    ['no memory', { memoryInGB: 0 }, 400, 'InvalidMemoryRequirement'],
    ['CPU off the 0.01 step', { cpu: 0.125 }, 400, 'InvalidCpuRequirement'],
    ['no CPU', { cpu: 0 }, 400, 'InvalidCpuRequirement'],
    ['more than a location has', { cpu: 64 }, 409, 'ServiceUnavailable'],
    ['a container name in capitals', { containerName: 'Web' }, 400, 'InvalidContainerName'],
    ['a container name with an underscore', { containerName: 'my_web' }, 400, 'InvalidContainerName'],
    ['port 0', { ports: [0] }, 400, 'InvalidContainerPorts'],
    ['port 65536', { ports: [65_536] }, 400, 'InvalidContainerPorts'],
    ['six ports', { ports: [81, 82, 83, 84, 85, 86] }, 400, 'TooManyIpAddressPorts'],
    ['no ports on the address', { ports: [] }, 400, 'MissingIpAddressPorts'],
    ['the same port twice', { ports: [80, 80] }, 400, 'DuplicatePorts'],
    ['a reserved port', { ports: [3389] }, 400, 'ReservedPorts'],
    ['the last of a reserved range', { ports: [65_534] }, 400, 'ReservedPorts'],
    ['a label that begins with a digit', { label: '7users-abc' }, 400, 'InvalidDnsNameLabel'],
    ['a label of four characters', { label: 'abcd' }, 400, 'InvalidDnsNameLabel'],
    ['a label of 64 characters', { label: 'a'.repeat(64) }, 400, 'InvalidDnsNameLabel'],
    ['a label that ends in a hyphen', { label: 'berth-' }, 400, 'InvalidDnsNameLabel'],
    ['an image that the registry lacks', { image: `${registryHost}/challenges/none:1` }, 400, 'InaccessibleImage'],
    ['a tag that the registry lacks', { image: `${registryHost}/challenges/web:9` }, 400, 'InaccessibleImage'],
    ['no credential for a private image', { identity: undefined }, 400, 'InaccessibleImage'],
    ['an unknown identity', { identity: `${pullIdentityId}-other` }, 403, 'LinkedAuthorizationFailed'],
    ['an unknown location', { location: 'atlantis' }, 400, 'LocationNotAvailableForResourceType'],
    ['a restart policy of its own', { restartPolicy: 'Sometimes' }, 400, 'InvalidRequestContent'],
    ['a tag with a slash', { tags: { 'a/b': 'c' } }, 400, 'InvalidTags'],
    ['a tag value of 257 characters', { tags: { a: 'x'.repeat(257) } }, 400, 'InvalidTags'],
  ])('is refused for %s', async (_what, changes, status, code) => {
    expect(await refusalOf(put(bench, 'berth-a', changes))).toMatchObject({ status, code });
    expect(await refusalOf(get(bench, 'berth-a'))).toMatchObject({ status: 404 });
  });

  it.each<[string, (body: ContainerGroup) => ContainerGroup, string]>([
    ['51 tags', (body) => ({ ...body, tags: tags(51) }), 'InvalidTags'],
    ['an operating system of its own', (body) => ({ ...body, osType: 'Plan9' }), 'InvalidOsType'],
    [
      'a private address',
      (body) => ({ ...body, ipAddress: { type: 'Private', ports: [{ port: 8080 }] } }),
      'PrivateIPAddressNotSupported',
    ],
    [
      'an address port that no container has',
      (body) => ({ ...body, ipAddress: { type: 'Public', ports: [{ port: 8080, protocol: 'UDP' }] } }),
      'InvalidIpAddressPorts',
    ],
    [
      'a registry with its protocol',
      (body) => pulling(body, { server: `https://${registryHost}`, identity: pullIdentityId }),
      'InvalidImageRegistryServer',
    ],
    [
      'identity and user name together',
      (body) => pulling(body, { server: registryHost, identity: pullIdentityId, username: 'x' }),
      'AmbiguousImageResitryCredentialType',
    ],
    [
      'neither identity nor user name',
      (body) => pulling(body, { server: registryHost }),
      'AmbiguousImageResitryCredentialType',
    ],
    [
      'a pull identity that is not on the group',
      ({ identity: _identity, ...body }) => body,
      'InvalidImageRegistryIdentity',
    ],
    [
      'an environment name with a hyphen',
      (body) => each(body, (container) => ({ ...container, environmentVariables: [{ name: 'A-B', value: '1' }] })),
      'InvalidEnvironmentVariableName',
    ],
    [
      'a limit above the whole group',
      (body) => each(body, (container) => limited(container, 2)),
      'ContainerLimitGreaterThanContainerGroupTotalRequest',
    ],
    [
      'a limit below the request',
      (body) => each(body, (container) => limited(container, 0.5)),
      'ContainerLimitLessThanRequest',
    ],
    ['no containers', (body) => ({ ...body, containers: [] }), 'InvalidContainerCount'],
    [
      'two containers of one name',
      (body) => ({ ...body, containers: [...body.containers, ...body.containers] }),
      'DuplicateContainerName',
    ],
  ])('is refused for %s', async (_what, change, code) => {
    const body = change(groupBody(bench));
    expect(await refusalOf(putBody(bench, 'berth-a', body))).toMatchObject({ status: 400, code });
  });

  it.each(['Berth', 'berth_a', '-berth', 'berth-', 'b'.repeat(64)])(
    'is refused for the group name %s',
    async (name) => {
      expect(await refusalOf(put(bench, name))).toMatchObject({ status: 400, code: 'InvalidContainerGroupName' });
    },
  );

  it('is refused in a resource group that the identity has no role in', async () => {
    const { arm } = bench;
    const refusal = await refusalOf(
      arm.containerGroups.beginCreateOrUpdate('berth-other', 'berth-a', groupBody(bench)),
    );
    expect(refusal).toMatchObject({ status: 403, code: 'AuthorizationFailed' });
  });

  it('is told in the words that Azure uses', async () => {
    const { message } = await refusalOf(put(bench, 'berth-a', { memoryInGB: 0.25 }));
    expect(message).toBe(
      "The memory requirement is '0.25' in container 'challenge' of container group 'berth-a'. The memory requirement should be in incrememts of 0.1 GB.",
    );
  });
});

describe('a PUT that Azure takes', () => {
  it.each<[string, GroupChanges]>([
    ['sizes at the end of their steps', { cpu: 0.07, memoryInGB: 0.3 }],
    ['sizes that binary fractions cannot hold', { cpu: 0.29, memoryInGB: 1.1 }],
    ['five ports', { ports: [81, 82, 83, 84, 85] }],
    ['port 22, listed as reserved, seen working', { ports: [22] }],
    ['a label of 63 characters', { label: `a${'b'.repeat(62)}` }],
    ['an image by its tag alone', { image: `${registryHost}/challenges/web` }],
    ['an image of another registry', { image: 'mcr.microsoft.com/azuredocs/aci-helloworld', identity: undefined }],
  ])('is accepted with %s', async (_what, changes) => {
    expect((await put(bench, 'berth-a', changes)).provisioningState).toBe('Creating');
  });

  it('may pull with a token that the registry gave out, and no identity', async () => {
    const token = await bench.credential.getToken('https://containerregistry.azure.net/.default');
    const form = { grant_type: 'access_token', service: registryHost, access_token: token.token };
    const response = await fetch(`${bench.standIn.url}/oauth2/exchange`, {
      method: 'POST',
      body: new URLSearchParams(form),
    });
    const { refresh_token: password } = tokenSchema.parse(await response.json());
    const username = '00000000-0000-0000-0000-000000000000';
    const withPassword = (secret: string): ContainerGroup => ({
      ...groupBody(bench, { identity: undefined }),
      imageRegistryCredentials: [{ server: registryHost, username, password: secret }],
    });
    expect((await putBody(bench, 'berth-a', withPassword(password))).name).toBe('berth-a');
    const refusal = await refusalOf(putBody(bench, 'berth-b', withPassword('made-up')));
    expect(refusal).toMatchObject({ status: 400, code: 'InaccessibleImage' });
  });
});
