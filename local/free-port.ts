import { createServer } from 'node:net';

function canListen(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}

/** The port people know, or any free one (0) where another program has it. */
export async function preferredPort(port: number): Promise<number> {
  return (await canListen(port)) ? port : 0;
}
