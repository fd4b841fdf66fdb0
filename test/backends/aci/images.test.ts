import { ContainerRegistryClient } from '@azure/container-registry';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { listImages } from '../../../src/backends/aci/list-images.ts';
import { openAci } from '../../../src/backends/aci/open-aci.ts';
import type { Backend } from '../../../src/core/ports.ts';
import { type FakeAnswer, type FakeAzure, type SeenRequest, startFakeAzure } from './support/fake-azure.ts';
import { fakeCredential, registryServer, settingsFor } from './support/subjects.ts';

let fake: FakeAzure;
beforeAll(async () => {
  fake = await startFakeAzure();
});
afterAll(() => fake.close());
beforeEach(() => {
  fake.requests.length = 0;
});

const open = (): Promise<Backend> => openAci(settingsFor(fake, { registryServer }));
const catalog = (repositories: readonly string[], link?: string): FakeAnswer => ({
  status: 200,
  body: { repositories },
  ...(link !== undefined && { headers: { link: `<${link}>; rel="next"` } }),
});

function tags(repository: string, ...names: readonly string[]): FakeAnswer {
  const list = names.map((name, index) => ({
    name,
    digest: `sha256:${name}`,
    createdTime: '2026-01-01T00:00:00Z',
    lastUpdateTime: new Date(Date.UTC(2026, 0, 20 - index)).toISOString(),
    changeableAttributes: {},
  }));
  return { status: 200, body: { registry: registryServer, imageName: repository, tags: list } };
}

const repositoryOf = ({ path }: SeenRequest): string => decodeURIComponent(path.split('/')[3] ?? '');
const isCatalog = ({ path }: SeenRequest): boolean => path === '/acr/v1/_catalog';

describe('images', () => {
  test('are the newest 20 tags of every repository, page by page, with digests', async () => {
    const many = Array.from({ length: 25 }, (_, index) => `v${25 - index}`);
    fake.respond = (request) => {
      if (!isCatalog(request))
        return tags(repositoryOf(request), ...(repositoryOf(request) === 'web/login' ? many : ['1']));
      return request.query.has('last')
        ? catalog(['web/login'])
        : catalog(['pwn/heap'], '/acr/v1/_catalog?last=pwn%2Fheap&n=1&orderby=');
    };
    const { images, incomplete } = await (await open()).images();

    expect(incomplete).toBeUndefined();
    expect(images).toHaveLength(21);
    expect(images[0]).toEqual({
      reference: 'ctf.azurecr.io/pwn/heap:1',
      digest: 'sha256:1',
      updatedAt: '2026-01-20T00:00:00.000Z',
    });
    expect(images[1]?.reference).toBe('ctf.azurecr.io/web/login:v25');
    expect(images.at(-1)?.reference).toBe('ctf.azurecr.io/web/login:v6');
    const asked = fake.requests.filter((request) => !isCatalog(request));
    expect(asked.map(({ query }) => [query.get('n'), query.get('orderby')])).toEqual([
      ['20', 'timedesc'],
      ['20', 'timedesc'],
    ]);
  });

  test('of many repositories are read eight at a time, and stay in order', async () => {
    const names = Array.from({ length: 30 }, (_, index) => `r${String(index).padStart(2, '0')}`);
    let atOnce = 0;
    let most = 0;
    fake.respond = async (request) => {
      if (isCatalog(request)) return catalog(names);
      atOnce += 1;
      most = Math.max(most, atOnce);
      await new Promise((resolve) => setImmediate(resolve));
      atOnce -= 1;
      return tags(repositoryOf(request), '1');
    };
    const { images } = await (await open()).images();
    expect(images.map(({ reference }) => reference)).toEqual(names.map((name) => `ctf.azurecr.io/${name}:1`));
    expect(most).toBeGreaterThan(1);
    expect(most).toBeLessThanOrEqual(8);
  });

  test('of a repository that cannot be read are missing, and the list says so', async () => {
    fake.respond = (request) => {
      if (isCatalog(request)) return catalog(['good', 'secret']);
      return repositoryOf(request) === 'good'
        ? tags('good', '1')
        : { status: 403, body: { errors: [{ code: 'DENIED', message: 'access denied' }] } };
    };
    const { images, incomplete } = await (await open()).images();
    expect(images.map(({ reference }) => reference)).toEqual(['ctf.azurecr.io/good:1']);
    expect(incomplete).toContain('1 of 2 repositories could not be read');
    expect(incomplete).toContain('access denied');
  });

  test('that are there when time is up are given, and the list says so', async () => {
    let release = (): void => undefined;
    fake.respond = (request) => {
      if (isCatalog(request)) return catalog(['good', 'slow']);
      if (repositoryOf(request) === 'good') return tags('good', '1');
      return new Promise((resolve) => {
        release = () => resolve(undefined);
      });
    };
    const client = new ContainerRegistryClient(fake.origin, fakeCredential());
    const { images, incomplete } = await listImages(client, registryServer, Date.now, 400);
    release();
    expect(images.map(({ reference }) => reference)).toEqual(['ctf.azurecr.io/good:1']);
    expect(incomplete).toBe('1 of 2 repositories could not be read; the registry took longer than 0.4 s');
  });

  test('of a registry that refuses altogether are an error', async () => {
    fake.respond = () => ({ status: 403, body: { errors: [{ code: 'DENIED', message: 'no catalog for you' }] } });
    await expect((await open()).images()).rejects.toMatchObject({
      code: 'DENIED',
      message: expect.stringContaining('no catalog for you'),
      fault: { kind: 'retryable' },
    });
  });

  test('without a registry are none, and the list says why', async () => {
    const aci = await openAci(settingsFor(fake));
    expect(await aci.images()).toEqual({ images: [], incomplete: 'no registry is set for this target' });
    expect(fake.requests).toHaveLength(0);
  });
});
