import { describe, expect, it } from 'vitest';
import { type Look, Poller } from '../../../ctfd/ui/src/poller.ts';
import { settle, VirtualClock } from './virtual-clock.ts';

const answered = (retryAfterSeconds: number): Look => ({ answered: true, retryAfterSeconds });
const unanswered: Look = { answered: false, retryAfterSeconds: undefined };

function setUp(random = 0) {
  const clock = new VirtualClock();
  const start = clock.now();
  const looks: number[] = [];
  let next: Look = answered(10);
  let hold: Promise<void> = Promise.resolve();
  const poller = new Poller({
    clock,
    random: () => random,
    planned: () => undefined,
    look: async () => {
      looks.push((clock.now() - start) / 1_000);
      await hold;
      return next;
    },
  });
  const answers = (look: Look, until: Promise<void> = Promise.resolve()): void => {
    next = look;
    hold = until;
  };
  return { clock, looks, poller, answers };
}

describe('poller', () => {
  it('looks at once when it becomes active, then when the service says', async () => {
    const { clock, looks, poller } = setUp();
    poller.setActive(true);
    await settle();
    await clock.advance(25_000);
    expect(looks).toEqual([0, 10, 20]);
  });

  it('is late by up to a fifth, never early', async () => {
    const { clock, looks, poller } = setUp(0.999_999);
    poller.setActive(true);
    await settle();
    await clock.advance(24_000);
    expect(looks[1]).toBeGreaterThan(10);
    expect(looks[1]).toBeLessThanOrEqual(12);
  });

  it('does nothing while inactive, and leaves no timer', async () => {
    const { clock, looks, poller } = setUp();
    poller.now();
    poller.setActive(true);
    await settle();
    poller.setActive(false);
    expect(clock.waiting).toBe(0);
    expect(poller.nextAt).toBeUndefined();
    await clock.advance(600_000);
    expect(looks).toEqual([0]);
    poller.setActive(true);
    await settle();
    expect(looks).toEqual([0, 600]);
  });

  it('plans nothing when it becomes inactive during a look', async () => {
    const { clock, looks, poller } = setUp();
    poller.setActive(true);
    poller.setActive(false);
    await settle();
    expect(clock.waiting).toBe(0);
    await clock.advance(60_000);
    expect(looks).toEqual([0]);
  });

  it('has one look under way at most, and makes up for a call that came meanwhile', async () => {
    const { looks, poller, answers } = setUp();
    let release = (): void => undefined;
    answers(
      answered(10),
      new Promise((resolve) => {
        release = resolve;
      }),
    );
    poller.setActive(true);
    poller.now();
    poller.now();
    await settle();
    expect(looks).toHaveLength(1);
    release();
    await settle();
    expect(looks).toHaveLength(2);
  });

  it('backs off from 2 seconds to a minute while there is no answer, and forgets that with the first', async () => {
    const { clock, looks, poller, answers } = setUp();
    answers(unanswered);
    poller.setActive(true);
    await settle();
    await clock.advance(182_000);
    expect(looks).toEqual([0, 2, 6, 14, 30, 62, 122, 182]);
    answers(answered(10));
    await clock.advance(60_000);
    answers(unanswered);
    await clock.advance(10_000);
    await clock.advance(2_000);
    expect(looks.slice(-3)).toEqual([242, 252, 254]);
  });

  it('waits longer than its own back-off when it is told to', async () => {
    const { clock, looks, poller, answers } = setUp();
    answers({ answered: false, retryAfterSeconds: 30 });
    poller.setActive(true);
    await settle();
    await clock.advance(31_000);
    expect(looks).toEqual([0, 30]);
  });

  it('never asks more than once a second, whatever it is told', async () => {
    const { clock, looks, poller, answers } = setUp();
    answers(answered(0));
    poller.setActive(true);
    await settle();
    await clock.advance(3_000);
    expect(looks).toEqual([0, 1, 2, 3]);
  });

  it('counts from an answer that came by another way', async () => {
    const { clock, looks, poller } = setUp();
    poller.setActive(true);
    await settle();
    await clock.advance(8_000);
    poller.heard(10);
    await clock.advance(9_000);
    expect(looks).toEqual([0]);
    await clock.advance(1_000);
    expect(looks).toEqual([0, 18]);
  });
});
