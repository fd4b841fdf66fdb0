import net from 'node:net';
import { afterAll, beforeEach, expect, test } from 'vitest';
import { exampleImages, importExampleImages } from '../../../local/example-images.ts';
import { createRequestFor } from '../../support/create-request.ts';
import { eventually } from '../../support/docker-containers.ts';
import { type DockerSubject, engineSocket, openSubject } from '../../support/docker-subject.ts';

let subject: DockerSubject | undefined;
let images: string[] = [];

beforeEach(async (context) => {
  if (subject) return;
  const socketPath = engineSocket(context);
  subject = openSubject(socketPath);
  images = await importExampleImages(socketPath);
});
afterAll(async () => {
  for (const image of images) await subject?.docker.getImage(image).remove({ force: true });
  await subject?.remove();
});

async function start(image: string, port: number): Promise<number> {
  if (!subject) throw new Error('no subject');
  const { backend, settings } = subject;
  const ports = [{ label: 'It', port, protocol: 'tcp' } as const];
  const seen = await backend.create(createRequestFor(settings.deployment, { image, ports }));
  if (seen.state !== 'running') throw new Error(seen.state);
  return seen.endpoints[0]?.port ?? 0;
}

function talk(port: number, line: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let said = '';
    const socket = net.connect(port, '127.0.0.1', () => socket.write(`${line}\n`));
    socket.on('data', (chunk) => {
      said += chunk.toString('utf8');
    });
    socket.once('end', () => resolve(said));
    socket.once('error', reject);
  });
}

test('are named as they say', () => {
  expect(images).toEqual(exampleImages.map(({ repository, tag }) => `${repository}:${tag}`));
});

test('one serves a page', async () => {
  const port = await start('berth-example/web:1', 8080);
  const page = await eventually(async () => {
    const response = await fetch(`http://127.0.0.1:${port}/`).catch(() => undefined);
    return response?.text();
  });
  expect(page).toContain('It runs');
});

test('one talks over netcat', async () => {
  const port = await start('berth-example/netcat:1', 9000);
  const said = await eventually(async () => {
    const answer = await talk(port, '42').catch(() => '');
    return answer === '' ? undefined : answer;
  });
  expect(said).toMatch(/seven times six[\s\S]*flag\{/);
  expect(await talk(port, '41')).not.toContain('flag{');
});

test('one breaks, and says why', async () => {
  if (!subject) throw new Error('no subject');
  const { backend, settings } = subject;
  const request = createRequestFor(settings.deployment, { image: 'berth-example/broken:1' });
  await backend.create(request);
  const end = await eventually(async () => {
    const seen = await backend.get(request.name);
    return seen.state === 'exited' ? seen : undefined;
  });
  expect(end).toMatchObject({ exitCode: 3 });
  expect(await backend.logs(request.name, 200)).toBe('cannot find my configuration\n');
});
