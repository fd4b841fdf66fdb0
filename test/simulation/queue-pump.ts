import type { Instant } from '../../src/core/ids.ts';
import { minutes, seconds } from '../../src/core/ids.ts';
import type { MessageTiming } from '../../src/storage/queue-sender.ts';
import type { Ground } from './ground.ts';
import type { LivingHost } from './host.ts';
import { type Delivery, SimulatedQueue } from './storage/simulated-queue.ts';

/** For so long nobody else gets a message: a dead consumer's comes back only then. */
const hiddenMs = minutes(10);
const retryAfterMs = seconds(5);
const deliveriesBeforePoison = 8;

export interface Consumer {
  /** A living host; undefined while there is none. */
  pick(): LivingHost | undefined;
  handle(host: LivingHost, text: string): Promise<void>;
  poisoned(host: LivingHost, text: string): Promise<void>;
  /** Somebody has put a message. */
  sent(text: string): void;
  /** A handler that began then threw. */
  failed(error: unknown, text: string, begunAt: Instant): void;
}

/** Takes messages from a queue as they become visible and gives each to some living host, as the platform does. */
export class QueuePump {
  readonly name: string;
  readonly queue: SimulatedQueue;
  readonly #ground: Ground;
  readonly #consumer: Consumer;
  readonly #deliveredAt = new Map<string, Instant>();
  #wakesAt: Instant = Number.POSITIVE_INFINITY;

  constructor(name: string, ground: Ground, consumer: Consumer) {
    const { faults } = ground;
    this.name = name;
    this.#ground = ground;
    this.#consumer = consumer;
    this.queue = new SimulatedQueue(name, () => ground.now, {
      choose: (count) => this.#choose(count),
      duplicates: () => faults.chance('message delivered twice', faults.plan.messageTwice),
    });
  }

  async put(text: string, timing: MessageTiming): Promise<void> {
    await this.queue.put(text, timing);
    this.#consumer.sent(text);
    this.#wake(0);
  }

  #choose(count: number): number {
    const { faults, report } = this.#ground;
    const chosen = faults.on && count > 1 ? faults.random.between(0, count - 1) : 0;
    if (chosen > 0) report.fault('message out of order');
    return chosen;
  }

  /** Nobody has said in all that time what became of it. */
  #countRedelivery({ id }: Delivery): void {
    const { now, report } = this.#ground;
    if (now - (this.#deliveredAt.get(id) ?? now) >= hiddenMs) report.fault('message comes back');
    this.#deliveredAt.set(id, now);
  }

  #wake(leastMs: number): void {
    const visibleAt = this.queue.nextVisibleAt();
    if (visibleAt === undefined) return;
    const { scheduler, faults } = this.#ground;
    const at = Math.max(scheduler.now + leastMs, visibleAt + faults.random.between(5, 200));
    if (at >= this.#wakesAt) return;
    this.#wakesAt = at;
    scheduler.at(at, () => {
      if (this.#wakesAt !== at) return;
      this.#wakesAt = Number.POSITIVE_INFINITY;
      this.#deliver();
    });
  }

  #deliver(): void {
    const host = this.#consumer.pick();
    const down = this.#ground.now < this.#ground.storageDownUntil;
    if (host !== undefined && !down) {
      const delivery = this.queue.receive(hiddenMs);
      if (delivery !== undefined) this.#give(host, delivery);
    }
    this.#wake(host === undefined || down ? seconds(1) : 1);
  }

  #give(living: LivingHost, delivery: Delivery): void {
    const { host } = living;
    this.#countRedelivery(delivery);
    const begunAt = this.#ground.now;
    const handled = async (): Promise<void> => {
      await this.#consumer.handle(living, delivery.text);
      await host.call(`delete from ${this.name}`, 'send', async () => this.queue.delete(delivery));
    };
    host.run(handled, (error) => {
      this.#consumer.failed(error, delivery.text, begunAt);
      host.run(
        () => this.#afterFailure(living, delivery),
        // The platform could not say so to the queue: the message shows again by itself.
        () => this.#wake(1),
      );
    });
  }

  async #afterFailure(living: LivingHost, delivery: Delivery): Promise<void> {
    if (delivery.dequeueCount < deliveriesBeforePoison) {
      this.queue.hide(delivery, retryAfterMs);
    } else {
      await this.#consumer.poisoned(living, delivery.text);
      await living.host.call(`delete from ${this.name}`, 'send', async () => this.queue.delete(delivery));
    }
    this.#wake(1);
  }
}
