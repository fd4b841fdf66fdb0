import { readFile } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { openEngine } from '../src/backends/docker/docker-engine.ts';
import { type TarEntry, tarArchive } from '../src/backends/docker/tar-archive.ts';

/** An image made of the machine's own busybox: nothing is pulled, so it can be had without a network. */
interface BusyboxImage {
  readonly repository: string;
  readonly tag: string;
  readonly command: readonly string[];
  /** Numeric; not root by default. */
  readonly user?: number;
  readonly files?: Readonly<Record<string, string>>;
}

const unprivilegedUser = 10_001;
const busyboxPaths = ['/bin/busybox', '/usr/bin/busybox'] as const;
const applets = [
  'sh',
  'httpd',
  'nc',
  'cat',
  'echo',
  'sleep',
  'id',
  'head',
  'yes',
  'true',
  'printf',
  'timeout',
  'grep',
] as const;

/** No static busybox on this machine. */
export class BusyboxMissingError extends Error {
  override readonly name = 'BusyboxMissingError';

  constructor(cause: unknown) {
    super('Example images are made of a static busybox: apt-get install busybox-static', { cause });
  }
}

/** Whether a program names a loader (ELF64, little-endian): one that does cannot run where nothing else is. */
function isStatic(program: Buffer): boolean {
  const interpreterSegment = 3;
  const table = Number(program.readBigUInt64LE(32));
  const size = program.readUInt16LE(54);
  const count = program.readUInt16LE(56);
  return !Array.from({ length: count }, (_, i) => program.readUInt32LE(table + i * size)).includes(interpreterSegment);
}

async function readBusybox(): Promise<Buffer> {
  let last: unknown = new Error('the installed busybox needs shared libraries');
  for (const path of busyboxPaths) {
    try {
      const program = await readFile(path);
      if (isStatic(program)) return program;
    } catch (error) {
      last = error;
    }
  }
  throw new BusyboxMissingError(last);
}

function layerOf(busybox: Buffer, files: Readonly<Record<string, string>>): Buffer {
  const directories = ['bin', 'etc', 'tmp', 'srv', 'srv/www'].map(
    (path): TarEntry => ({ type: 'directory', path, mode: path === 'tmp' ? 0o1777 : 0o755 }),
  );
  return tarArchive([
    ...directories,
    { type: 'file', path: 'bin/busybox', mode: 0o755, content: busybox },
    ...applets.map((applet): TarEntry => ({ type: 'link', path: `bin/${applet}`, to: 'busybox' })),
    ...Object.entries(files).map(
      ([path, text]): TarEntry => ({ type: 'file', path, mode: 0o755, content: Buffer.from(text) }),
    ),
  ]);
}

/**
 * Puts the images on the engine behind a Unix socket, in the place of older ones of the same name.
 * @returns their references, in order
 * @throws {BusyboxMissingError} where there is no busybox to make them of
 */
export async function importBusyboxImages(socketPath: string, images: readonly BusyboxImage[]): Promise<string[]> {
  const busybox = await readBusybox();
  const engine = openEngine({ kind: 'unix', socketPath });
  for (const { repository, tag, command, user, files } of images) {
    const layer = Readable.from([layerOf(busybox, files ?? {})]);
    const changes = [`CMD ${JSON.stringify(command)}`, `USER ${user ?? unprivilegedUser}`];
    await engine.import(layer, repository, tag, changes);
  }
  return images.map(({ repository, tag }) => `${repository}:${tag}`);
}

const page = `<!doctype html>
<html lang="en"><title>Example challenge</title>
<h1>It runs</h1><p>This page is served by a container of your own. The flag is <code>flag{a-page-of-my-own}</code>.</p>
</html>
`;

const riddle = `#!/bin/sh
echo 'What is seven times six?'
read -r answer
if [ "$answer" = 42 ]; then echo 'flag{the-answer}'; else echo 'No.'; fi
`;

/** One of each kind a player meets: a page, a service to talk to by netcat, and one that breaks. */
export const exampleImages = [
  {
    repository: 'berth-example/web',
    tag: '1',
    command: ['/bin/httpd', '-f', '-v', '-p', '8080', '-h', '/srv/www'],
    files: { 'srv/www/index.html': page },
  },
  {
    repository: 'berth-example/netcat',
    tag: '1',
    command: ['/bin/nc', '-ll', '-p', '9000', '-e', '/srv/riddle'],
    files: { 'srv/riddle': riddle },
  },
  {
    repository: 'berth-example/broken',
    tag: '1',
    command: ['/bin/sh', '-c', 'echo "cannot find my configuration" >&2; exit 3'],
  },
] as const satisfies readonly BusyboxImage[];

/** `berth-example/web:1` on 8080, `berth-example/netcat:1` on 9000, and `berth-example/broken:1`, which exits with 3. */
export function importExampleImages(socketPath: string): Promise<string[]> {
  return importBusyboxImages(socketPath, exampleImages);
}
