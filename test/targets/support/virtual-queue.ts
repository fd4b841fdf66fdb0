import { seconds } from '../../../src/core/ids.ts';
import type { MessageTiming, QueueSender } from '../../../src/storage/queue-sender.ts';
import type { VirtualTime } from './virtual-time.ts';

type Handler = (content: unknown) => Promise<void>;

const retryAfterMs = seconds(5);
/** host.json: a batch of 16, and the next one as soon as 8 are left. */
const atOncePerHost = 24;

/** A queue in fair weather: each message goes, in order and once it shows, to the host that has least to do. */
export class VirtualQueue implements QueueSender {
  readonly #time: VirtualTime;
  readonly #latency: () => number;
  readonly #visible: string[] = [];
  #hosts: readonly Handler[] = [];
  #busy: number[] = [];
  #messages = 0;

  constructor(time: VirtualTime, latency: () => number) {
    this.#time = time;
    this.#latency = latency;
  }

  /** Messages, visible or not, and those being handled. */
  get length(): number {
    return this.#messages;
  }

  deliverTo(hosts: readonly Handler[]): void {
    this.#hosts = hosts;
    this.#busy = hosts.map(() => 0);
  }

  async put(text: string, { delaySeconds }: MessageTiming): Promise<void> {
    await this.#time.pause(this.#latency());
    this.#messages += 1;
    this.#time.after(seconds(delaySeconds), () => this.#show(text));
  }

  #show(text: string): void {
    this.#visible.push(text);
    this.#pour();
  }

  #pour(): void {
    for (;;) {
      const least = this.#busy.indexOf(Math.min(...this.#busy));
      const host = this.#hosts[least];
      if (host === undefined || (this.#busy[least] ?? 0) >= atOncePerHost) return;
      const text = this.#visible.shift();
      if (text === undefined) return;
      void this.#give(host, least, text);
    }
  }

  async #give(host: Handler, index: number, text: string): Promise<void> {
    this.#busy[index] = (this.#busy[index] ?? 0) + 1;
    await this.#time.pause(this.#latency());
    try {
      await host(JSON.parse(Buffer.from(text, 'base64').toString('utf8')));
      this.#messages -= 1;
    } catch {
      this.#time.after(retryAfterMs, () => this.#show(text));
    }
    this.#busy[index] = (this.#busy[index] ?? 1) - 1;
    this.#pour();
  }
}
