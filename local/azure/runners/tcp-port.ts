import { createServer, type Server, type Socket } from 'node:net';
import { banner, pageServer } from './container-page.ts';
import type { RunnableGroup } from './group-runner.ts';

export interface OpenPort {
  close(): Promise<void>;
}

/** How long a client may be silent before it is taken for one that waits to be greeted. Real time. */
const SILENCE_MS = 150;
const HTTP_START = /^(GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS|CONNECT|TRACE) /;

/**
 * One port that serves whoever comes: a page to those who speak HTTP first, a banner and an echo to everybody else, so
 * that a browser, `curl`, `nc` and a probe all find an application there.
 */
export async function openTcpPort(group: RunnableGroup, port: number, log: (line: string) => void): Promise<OpenPort> {
  const sockets = new Set<Socket>();
  const pages = pageServer(group, port, log);
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    socket.on('error', () => socket.destroy());
    greet(socket, { banner: banner(group, port), pages, log: () => log(`connection on port ${port}`) });
  });
  await bound(server, port, group.address ?? '127.0.0.1');
  return {
    close: () =>
      new Promise((resolve, reject) => {
        server.close((error) => (error ? reject(error) : resolve()));
        for (const socket of sockets) socket.destroy();
      }),
  };
}

interface Greeting {
  readonly banner: string;
  readonly pages: ReturnType<typeof pageServer>;
  readonly log: () => void;
}

function greet(socket: Socket, greeting: Greeting): void {
  const echo = (): void => {
    greeting.log();
    socket.write(greeting.banner);
    socket.on('data', (bytes) => socket.write(bytes));
  };
  const silence = setTimeout(() => {
    socket.removeListener('data', first);
    echo();
  }, SILENCE_MS);
  const first = (bytes: Buffer): void => {
    clearTimeout(silence);
    if (HTTP_START.test(bytes.toString('latin1'))) {
      socket.pause();
      greeting.pages.emit('connection', socket);
      socket.unshift(bytes);
      socket.resume();
      return;
    }
    echo();
    socket.write(bytes);
  };
  socket.once('data', first);
  socket.once('close', () => clearTimeout(silence));
}

function bound(server: Server, port: number, address: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, address, () => {
      server.removeListener('error', reject);
      resolve();
    });
  });
}
