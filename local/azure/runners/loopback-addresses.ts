import { createServer, type Server } from 'node:net';

const ADDRESSES_A_BLOCK = 254;

export interface Addresses {
  take(): Promise<string>;
  give(address: string): void;
  close(): Promise<void>;
}

interface Block {
  readonly prefix: string;
  readonly guard: Server | undefined;
}

/**
 * One loopback address for each group, so that any number of them can have port 80. Several stand-ins share the
 * machine, and the kernel settles who gets what: a block is 127.a.b.*, where a.b are the two bytes of a port that this
 * process holds open, and no two processes hold the same one.
 */
export class LoopbackAddresses implements Addresses {
  readonly #blocks: Block[] = [];
  readonly #free: string[] = [];
  #growing: Promise<void> | undefined;

  async take(): Promise<string> {
    for (;;) {
      const address = this.#free.shift();
      if (address !== undefined) return address;
      this.#growing ??= this.#grow();
      await this.#growing;
    }
  }

  give(address: string): void {
    this.#free.push(address);
  }

  async close(): Promise<void> {
    await Promise.all(this.#blocks.map(({ guard }) => guard && closed(guard)));
    this.#blocks.length = 0;
    this.#free.length = 0;
  }

  async #grow(): Promise<void> {
    const { guard, port } = await guardPort();
    const prefix = `127.${port >> 8}.${port & 0xff}`;
    this.#blocks.push({ prefix, guard });
    for (let last = 1; last <= ADDRESSES_A_BLOCK; last += 1) this.#free.push(`${prefix}.${last}`);
    this.#growing = undefined;
  }
}

/** Addresses that nothing will listen on, the same in every run. */
export class NominalAddresses implements Addresses {
  #next = 1;
  readonly #free: string[] = [];

  take(): Promise<string> {
    const again = this.#free.shift();
    if (again !== undefined) return Promise.resolve(again);
    const n = this.#next++;
    return Promise.resolve(`127.${128 + ((n >> 16) & 0x7f)}.${(n >> 8) & 0xff}.${n & 0xff}`);
  }

  give(address: string): void {
    this.#free.push(address);
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

function guardPort(): Promise<{ guard: Server; port: number }> {
  return new Promise((resolve, reject) => {
    const guard = createServer((socket) => socket.destroy());
    guard.once('error', reject);
    guard.unref();
    guard.listen(0, '127.0.0.1', () => {
      const address = guard.address();
      if (address === null || typeof address === 'string') reject(new Error('the guard has no port'));
      else resolve({ guard, port: address.port });
    });
  });
}

function closed(server: Server): Promise<void> {
  return new Promise((resolve, reject) => {
    server.close((error) => (error ? reject(error) : resolve()));
  });
}
