import net from 'node:net';
import { z } from 'zod';

/** A stretch of wire that can be cut: plain TCP from a port of its own to another on 127.0.0.1. */
export interface Gate {
  readonly port: number;
  /** Drops every connection where it stands, requests and answers half way included, and every new one at once. */
  cut(): void;
  /** Lets connections through again. */
  mend(): void;
  close(): Promise<void>;
}

const Address = z.object({ port: z.number() });

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
  let isCut = false;
  // Cut or not, it listens: nobody else must get its port meanwhile.
  const server = net.createServer((near) => {
    if (isCut) near.destroy();
    else join(near, toPort, open);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const cut = () => {
    isCut = true;
    for (const socket of open) socket.destroy();
  };
  return {
    port: Address.parse(server.address()).port,
    cut,
    mend() {
      isCut = false;
    },
    async close() {
      cut();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
