import { describe, expect, test } from 'vitest';
import type { ReleaseOnSolve } from '../../../src/core/challenges/challenge.ts';
import { type Container, Running } from '../../../src/core/containers/container.ts';
import { type SolveOutcome, solve } from '../../../src/core/containers/solve.ts';
import { seconds } from '../../../src/core/ids.ts';
import { frozenSpec, noon, ownerKey, queued, running } from '../../storage/samples.ts';
import { openCore } from '../support/core-world.ts';

const spec = (releaseOnSolve: ReleaseOnSolve) => ({ ...frozenSpec, releaseOnSolve });
const later = (n: number) => spec({ when: 'after', seconds: n });
const until = (expiresAt: number, of: Container): Container => Running.parse({ ...of, expiresAt });

async function solved(row: Container | undefined, solvedAt = noon) {
  const { life, sent } = openCore();
  if (row) await life.containers.commit(ownerKey(), [{ do: 'put', kind: 'container', value: row }]);
  const challenge = running().challenge;
  const outcome = await solve(life, { ...ownerKey(), challenge, solvedAt, by: '7' });
  const rows = await life.containers.readOwner(ownerKey());
  return { outcome, row: rows.containers[0]?.value, debts: rows.debts.map((debt) => debt.value), sent };
}

describe('what a solve does', () => {
  test.each<[what: string, row: Container | undefined, outcome: SolveOutcome]>([
    ['to nothing', undefined, 'nothing'],
    ['at once, to a running one', running({ spec: spec({ when: 'now' }) }), 'retired'],
    ['at once, to one that is still queued', queued({ spec: spec({ when: 'now' }) }), 'retired'],
    ['never', running({ spec: spec({ when: 'no' }) }), 'kept'],
    ['after a while, to a running one', running({ spec: later(60) }), 'shortened'],
    ['after a while, to one that would end sooner', until(noon + seconds(5), running({ spec: later(60) })), 'kept'],
    ['after a while, to one that is not running yet', queued({ spec: later(60) }), 'retired'],
  ])('%s', async (_what, row, outcome) => {
    expect((await solved(row)).outcome).toBe(outcome);
  });

  test('at once: the row goes, its debt stands, and the release is told', async () => {
    const { row, debts, sent } = await solved(running({ spec: spec({ when: 'now' }) }));
    expect(row).toBeUndefined();
    expect(debts).toMatchObject([{ reason: 'solved', counted: true }]);
    expect(sent).toMatchObject([{ kind: 'release' }]);
  });

  test('after a while: it ends so long after the solve, however late that is told', async () => {
    const { row } = await solved(running({ spec: later(60) }), noon + seconds(10));
    expect(row).toMatchObject({ expiresAt: noon + seconds(70), dueAt: noon + seconds(70) });
    expect(row?.history.at(-1)).toMatchObject({ transition: 'shortened', by: '7', detail: 'solved' });
  });

  test.each([spec({ when: 'now' }), spec({ when: 'no' }), later(60)])(
    'leaves a container alone that was asked for after it',
    async (its) => {
      const newer = { ...running({ spec: its }), requestedAt: noon + 1 };
      expect(await solved(newer)).toMatchObject({ outcome: 'nothing', row: newer, debts: [] });
    },
  );
});
