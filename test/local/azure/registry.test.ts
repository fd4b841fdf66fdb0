import type { ArtifactManifestProperties } from '@azure/container-registry';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { refusalOf } from './support/groups.ts';
import { startBench } from './support/stand-in.ts';

const bench = await startBench({ listen: false });
const requestsSchema = z.object({ requests: z.record(z.string(), z.number()) });

interface NamedTag {
  readonly name: string;
  readonly createdOn: string;
}

async function hold(repositories: Record<string, readonly NamedTag[]>): Promise<void> {
  const all = Object.entries(repositories).map(([name, tags]) => ({ name, createdOn: '2026-01-01T00:00:00Z', tags }));
  await bench.control('PUT', 'registry', { repositories: all });
}

/** `count` tags, one a minute, the newest last. */
const tags = (count: number): NamedTag[] =>
  [...Array(count).keys()].map((n) => ({
    name: `v${n}`,
    createdOn: new Date(Date.UTC(2026, 0, 1, 0, n)).toISOString(),
  }));

async function repositoryPages(): Promise<string[][]> {
  const pages: string[][] = [];
  for await (const page of bench.registry.listRepositoryNames().byPage()) pages.push([...page]);
  return pages;
}

async function newestManifests(repository: string): Promise<ArtifactManifestProperties[]> {
  const pages = bench.registry.getRepository(repository).listManifestProperties({ order: 'LastUpdatedOnDescending' });
  const { value } = await pages.byPage({ maxPageSize: 20 }).next();
  return value ?? [];
}

describe('the registry', () => {
  it('lists its repositories over pages', async () => {
    const wanted = [...Array(250).keys()].map((n) => `team/challenge-${String(n).padStart(3, '0')}`);
    await hold(Object.fromEntries(wanted.map((name) => [name, []])));
    const pages = await repositoryPages();
    expect(pages.flat()).toEqual(wanted);
    expect(pages.map((page) => page.length)).toEqual([100, 100, 50]);
  });

  it('has no empty page at its end', async () => {
    await hold(Object.fromEntries([...Array(100).keys()].map((n) => [`team/challenge-${n}`, []])));
    expect((await repositoryPages()).map((page) => page.length)).toEqual([100]);
  });

  it('gives the newest manifests first, with all their tags', async () => {
    const createdOn = '2026-02-01T00:00:00Z';
    await hold({ 'team/web': [...tags(30), { name: 'latest', createdOn }, { name: 'stable', createdOn }] });
    const manifests = await newestManifests('team/web');
    expect(manifests).toHaveLength(20);
    expect(manifests[0]?.tags).toEqual(['latest', 'stable']);
    expect(manifests[1]?.tags).toEqual(['v29']);
    expect(manifests[19]?.tags).toEqual(['v11']);
  });

  it('lists tags over pages, the newest first', async () => {
    await hold({ 'team/web': tags(25) });
    const names: string[] = [];
    const artifact = bench.registry.getRepository('team/web').getArtifact('latest');
    const pages = artifact.listTagProperties({ order: 'LastUpdatedOnDescending' }).byPage({ maxPageSize: 10 });
    for await (const page of pages) names.push(...page.map(({ name }) => name));
    expect(names).toEqual(
      tags(25)
        .map(({ name }) => name)
        .reverse(),
    );
  });

  it('knows a repository, a tag and what the tag stands for', async () => {
    await hold({ 'team/web': tags(3) });
    const repository = bench.registry.getRepository('team/web');
    expect(await repository.getProperties()).toMatchObject({ tagCount: 3, manifestCount: 3 });
    const artifact = repository.getArtifact('v2');
    const { digest } = await artifact.getTagProperties('v2');
    expect(await artifact.getManifestProperties()).toMatchObject({
      digest,
      tags: ['v2'],
      sizeInBytes: expect.any(Number),
    });
    expect(await refusalOf(artifact.getTagProperties('v9'))).toMatchObject({ status: 404 });
  });

  it('does not know what is not there', async () => {
    expect(await refusalOf(newestManifests('team/none'))).toMatchObject({ status: 404 });
  });

  it('asks for a token for each repository, once each', async () => {
    await hold({ 'team/a': tags(1), 'team/b': tags(1) });
    await newestManifests('team/a');
    await newestManifests('team/a');
    await newestManifests('team/b');
    const { requests } = requestsSchema.parse(await bench.control('GET', 'state'));
    expect(requests).toMatchObject({ 'registry.token': 2, 'manifests.list': 3 + 2 });
  });

  it('challenges a request without a token', async () => {
    const response = await fetch(`${bench.standIn.url}/acr/v1/_catalog`);
    expect(response.status).toBe(401);
    expect(response.headers.get('www-authenticate')).toBe(
      `Bearer realm="${bench.standIn.url}/oauth2/token",service="${bench.standIn.registryHost}",scope="registry:catalog:*",error="invalid_token"`,
    );
    expect(await response.json()).toMatchObject({ errors: [{ code: 'UNAUTHORIZED' }] });
  });

  it.each(['made-up', ''])('exchanges no token but an identity’s own (%j)', async (access_token) => {
    const form = new URLSearchParams({ grant_type: 'access_token', service: bench.standIn.registryHost, access_token });
    const response = await fetch(`${bench.standIn.url}/oauth2/exchange`, { method: 'POST', body: form });
    expect(response.status).toBe(401);
  });

  it('can have one repository fail while the others answer', async () => {
    await hold({ 'team/a': tags(1), 'team/b': tags(1) });
    await bench.fault({
      on: 'request',
      times: null,
      match: { kind: 'manifests.list', name: 'team/b' },
      answer: { status: 500 },
    });
    expect(await newestManifests('team/a')).toHaveLength(1);
    expect(await refusalOf(newestManifests('team/b'))).toMatchObject({ status: 500 });
    expect(await refusalOf(newestManifests('team/b'))).toMatchObject({ status: 500 });
  });
});
