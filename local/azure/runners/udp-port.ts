import { createSocket } from 'node:dgram';
import type { RunnableGroup } from './group-runner.ts';
import type { OpenPort } from './tcp-port.ts';

/** Sends back what it gets. */
export async function openUdpPort(group: RunnableGroup, port: number, log: (line: string) => void): Promise<OpenPort> {
  const socket = createSocket('udp4');
  socket.on('message', (message, sender) => {
    log(`datagram on port ${port}`);
    socket.send(message, sender.port, sender.address);
  });
  await new Promise<void>((resolve, reject) => {
    socket.once('error', reject);
    socket.bind(port, group.address ?? '127.0.0.1', () => {
      socket.removeListener('error', reject);
      socket.on('error', (error) => log(`port ${port}: ${error.message}`));
      resolve();
    });
  });
  return { close: () => new Promise((resolve) => socket.close(() => resolve())) };
}
