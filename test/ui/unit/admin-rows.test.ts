import { describe, expect, it } from 'vitest';
import { fits, noFilter, selectionsOf, sorted } from '../../../ctfd/ui/src/admin/rows.ts';
import { parseManagedPage } from '../../../ctfd/ui/src/service/manage-shapes.ts';
import { managed } from '../support/event.ts';

const now = 1_700_000_000_000;

function rows(count: number, more: object = {}) {
  const containers = Array.from({ length: count }, (_none, number) => managed(number + 1, now, more));
  return parseManagedPage({ containers })?.items ?? [];
}

describe('the organiser’s rows', () => {
  it('are found by every word, wherever it stands', () => {
    const found = (search: string): number => rows(60).filter((row) => fits(row, { ...noFilter, search })).length;
    expect(found('')).toBe(60);
    expect(found('users:7')).toBe(1);
    expect(found('registry.test/BLOG')).toBe(15);
    expect(found('alice memory')).toBe(0);
    expect(found('berth-12.westeurope')).toBe(1);
    expect(found('no such thing')).toBe(0);
  });

  it('keep the order of their ids where they are equal', () => {
    const same = rows(5, { state: 'queued' });
    const ids = sorted([...same].reverse(), { key: 'state', descending: false }).map(({ view }) => view.id);
    expect(ids).toEqual(same.map(({ view }) => view.id));
  });

  it('go to their end by expiry where they have none', () => {
    const endless = rows(3, { expiresAt: undefined, state: 'running' });
    const [first] = sorted([...endless, ...rows(1)], { key: 'expiry', descending: false });
    expect(first?.view.id).toBe(rows(1)[0]?.view.id);
  });

  it('are named to the service by a filter, one by one for a search, and all without either', () => {
    const shown = rows(2_500);
    expect(selectionsOf({ ...noFilter, state: 'failed', target: 'west' }, shown)).toEqual([
      { filter: { state: 'failed', target: 'west' } },
    ]);
    expect(selectionsOf(noFilter, shown)).toEqual([{ all: true }]);
    const named = selectionsOf({ ...noFilter, search: 'users', state: 'failed' }, shown);
    expect(named.map((selection) => ('ids' in selection ? selection.ids.length : 0))).toEqual([1_000, 1_000, 500]);
    expect(new Set(named.flatMap((selection) => ('ids' in selection ? selection.ids : []))).size).toBe(2_500);
  });

  it('are left out when they have no owner or are none', () => {
    const containers = [managed(1, now, { owner: undefined }), managed(2, now, { state: 'none' }), managed(3, now), 7];
    expect(parseManagedPage({ containers })?.items).toHaveLength(1);
    expect(parseManagedPage({ rows: [] })).toBeUndefined();
  });
});
