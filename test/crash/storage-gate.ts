import net from 'node:net';
import { z } from 'zod';

/** A stretch of wire that can be cut: plain TCP from a port of its own to another on 127.0.0.1. */
export interface Gate {
  readonly port: number;
  /** Drops every connection where it stands, requests and answers half way included, and refuses new ones. */
  cut(): Promise<void>;
  /** Takes connections again, on the same port. */
  mend(): Promise<void>;
}

const Address = z.object({ port: z.number() });

function listen(server: net.Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      server.off('error', reject);
      resolve();
    });
  });
}

function join(near: net.Socket, port: number, open: Set<net.Socket>): void {
  const far = net.connect(port, '127.0.0.1');
  const drop = () => {
    near.destroy();
    far.destroy();
  };
  for (const socket of [near, far]) {
    open.add(socket);
    socket.setNoDelay(true);
    socket.on('error', drop);
    socket.once('close', () => {
      open.delete(socket);
      drop();
    });
  }
  near.pipe(far);
  far.pipe(near);
}

export async function openGate(toPort: number): Promise<Gate> {
  const open = new Set<net.Socket>();
  const server = net.createServer((near) => join(near, toPort, open));
  await listen(server, 0);
  const { port } = Address.parse(server.address());
  return {
    port,
    async cut() {
      if (!server.listening) return;
      const closed = new Promise((resolve) => server.close(resolve));
      for (const socket of open) socket.destroy();
      await closed;
    },
    mend: () => listen(server, port),
  };
}
