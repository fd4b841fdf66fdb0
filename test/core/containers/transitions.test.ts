import { describe, expect, test } from 'vitest';
import type { HistoryEntry } from '../../../src/core/containers/container.ts';
import {
  checkMove,
  type State,
  TransitionError,
  type Verb,
  withEntry,
} from '../../../src/core/containers/transitions.ts';
import { noon } from '../../storage/samples.ts';

const states: readonly State[] = ['none', 'queued', 'provisioning', 'running', 'failed'];
/** Written out a second time: a change of the state diagram is a decision, not a slip. */
const allowed: Readonly<Record<Verb, readonly `${State} > ${State}`[]>> = {
  request: ['none > queued', 'failed > queued'],
  reserve: ['queued > queued'],
  provision: ['queued > provisioning', 'provisioning > provisioning'],
  return: ['provisioning > queued'],
  run: ['provisioning > running'],
  change: ['running > running'],
  fail: ['queued > failed', 'provisioning > failed', 'running > failed'],
  reset: ['queued > queued', 'provisioning > queued', 'running > queued', 'failed > queued'],
  retire: ['queued > none', 'provisioning > none', 'running > none', 'failed > none'],
};
const verbs: readonly Verb[] = [
  'request',
  'reserve',
  'provision',
  'return',
  'run',
  'change',
  'fail',
  'reset',
  'retire',
];
const moves = verbs.flatMap((verb) => states.flatMap((from) => states.map((to) => ({ verb, from, to }))));

describe('every verb from every state to every state', () => {
  test.each(moves)('$verb: $from > $to', ({ verb, from, to }) => {
    const move = (): void => checkMove(verb, from, to);
    if (allowed[verb].includes(`${from} > ${to}`)) expect(move).not.toThrow();
    else expect(move).toThrow(TransitionError);
  });

  test('a move that is none says which', () => {
    expect(() => checkMove('run', 'queued', 'running')).toThrow("'run' cannot take a container from queued to running");
  });
});

describe('a history', () => {
  test('grows by what is said, and no more', () => {
    const history = withEntry([], 'requested', noon, { by: '7', detail: undefined });
    expect(withEntry(history, 'failed', noon + 1, { detail: 'x'.repeat(900) })).toEqual([
      { transition: 'requested', at: noon, by: '7' },
      { transition: 'failed', at: noon + 1, detail: 'x'.repeat(500) },
    ]);
  });

  test('of a very long life keeps its beginning', () => {
    let history: readonly HistoryEntry[] = withEntry([], 'requested', noon);
    for (let i = 1; i < 500; i += 1) history = withEntry(history, 'renewed', noon + i);
    expect(history.length).toBeLessThan(100);
    expect(history[0]).toEqual({ transition: 'requested', at: noon });
  });
});
