import { BerthError } from '../../../src/core/errors.ts';
import type { Instant } from '../../../src/core/ids.ts';
import { seconds } from '../../../src/core/ids.ts';
import type { MessageTiming, QueueSender } from '../../../src/storage/queue-sender.ts';
import { fairWeather, underWeather, type Weather } from './weather.ts';

export interface Delivery {
  readonly id: string;
  readonly text: string;
  /** 1 at the first delivery. */
  readonly dequeueCount: number;
  /** Good until the next delivery or extension of the same message. */
  readonly popReceipt: string;
}

export interface QueueKnobs {
  /** Which of `count` visible messages comes next, oldest first: 0 to `count - 1`. */
  readonly choose?: ((count: number) => number) | undefined;
  /** True makes a delivered message stay visible, so that it is delivered twice. */
  readonly duplicates?: (() => boolean) | undefined;
  readonly weather?: Weather | undefined;
}

interface Stored {
  readonly id: string;
  readonly text: string;
  readonly diesAt: Instant;
  visibleAt: Instant;
  dequeueCount: number;
  popReceipt: string;
}

/** Queue Storage in memory, on an injected clock: hidden after delivery, back when nobody deletes it in time. */
export class SimulatedQueue implements QueueSender {
  readonly name: string;
  readonly #now: () => Instant;
  readonly #knobs: QueueKnobs;
  #messages: Stored[] = [];
  #counter = 0;

  constructor(name: string, now: () => Instant, knobs: QueueKnobs = {}) {
    this.name = name;
    this.#now = now;
    this.#knobs = knobs;
  }

  async put(text: string, timing: MessageTiming): Promise<void> {
    const { delaySeconds, timeToLiveSeconds } = timing;
    if (timeToLiveSeconds !== -1 && timeToLiveSeconds <= delaySeconds) {
      throw new BerthError('storage_unavailable', 'Storage refused a message.', { problem: 'it dies before it shows' });
    }
    await underWeather(this.#knobs.weather ?? fairWeather, { place: this.name, kind: 'put' }, () => {
      const now = this.#now();
      const diesAt = timeToLiveSeconds === -1 ? Number.POSITIVE_INFINITY : now + seconds(timeToLiveSeconds);
      const id = `${this.name}-${++this.#counter}`;
      this.#messages.push({
        id,
        text,
        diesAt,
        visibleAt: now + seconds(delaySeconds),
        dequeueCount: 0,
        popReceipt: '',
      });
    });
  }

  /** Hides it for `hiddenMs`; undefined when nothing is visible now. */
  receive(hiddenMs: number): Delivery | undefined {
    const now = this.#now();
    this.#bury(now);
    const visible = this.#messages.filter((message) => message.visibleAt <= now);
    const message = visible[this.#knobs.choose?.(visible.length) ?? 0];
    if (message === undefined) return undefined;
    if (!this.#knobs.duplicates?.()) message.visibleAt = now + hiddenMs;
    message.dequeueCount += 1;
    message.popReceipt = `receipt-${++this.#counter}`;
    const { id, text, dequeueCount, popReceipt } = message;
    return { id, text, dequeueCount, popReceipt };
  }

  /** False when the receipt is no longer the newest: somebody else has the message. */
  delete(delivery: Delivery): boolean {
    const found = this.#held(delivery);
    this.#messages = this.#messages.filter((message) => message !== found);
    return found !== undefined;
  }

  /** Hides it until `hiddenMs` from now, as a host does while it works and after a failure. Undefined as for delete. */
  hide(delivery: Delivery, hiddenMs: number): Delivery | undefined {
    const found = this.#held(delivery);
    if (found === undefined) return undefined;
    found.visibleAt = this.#now() + hiddenMs;
    found.popReceipt = `receipt-${++this.#counter}`;
    return { ...delivery, popReceipt: found.popReceipt };
  }

  /** When the next message shows, for a clock that jumps; undefined when there is none. */
  nextVisibleAt(): Instant | undefined {
    this.#bury(this.#now());
    const [first, ...others] = this.#messages.map((message) => message.visibleAt);
    return first === undefined ? undefined : Math.min(first, ...others);
  }

  /** Messages, visible or not. */
  get length(): number {
    this.#bury(this.#now());
    return this.#messages.length;
  }

  #held({ id, popReceipt }: Delivery): Stored | undefined {
    return this.#messages.find((message) => message.id === id && message.popReceipt === popReceipt);
  }

  #bury(now: Instant): void {
    this.#messages = this.#messages.filter((message) => message.diesAt > now);
  }
}
