import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { transitionTable } from '../../src/core/containers/transitions.ts';

/** `queued->running` of every arrow in the drawing; `[*]` is no row. */
function drawn(markdown: string): string[] {
  const diagram = /```mermaid\n([\s\S]*?)```/.exec(markdown)?.[1] ?? '';
  const arrows = [...diagram.matchAll(/^\s*(\S+) --> (\S+):/gm)];
  const state = (name: string | undefined): string => (name === '[*]' ? 'none' : (name ?? ''));
  return [...new Set(arrows.map(([, from, to]) => `${state(from)}->${state(to)}`))].toSorted();
}

function tabled(): string[] {
  const moves = Object.values(transitionTable).flatMap((row) => Object.entries(row));
  return [...new Set(moves.map(([from, to]) => `${from}->${to}`))].toSorted();
}

test('the state diagram in docs/architecture.md draws exactly the moves of the transition table', async () => {
  expect(drawn(await readFile('docs/architecture.md', 'utf8'))).toEqual(tabled());
});
