import { describe, expect, test } from 'vitest';
import { type Container, Running } from '../../../src/core/containers/container.ts';
import { firstExpiry, renewContainer, renewedExpiry } from '../../../src/core/containers/renew-container.ts';
import { minutes } from '../../../src/core/ids.ts';
import { frozenSpec, noon, ownerKey, queued, running } from '../../storage/samples.ts';
import { type CoreWorld, openCore } from '../support/core-world.ts';
import { hours } from '../support/times.ts';

const withoutEnd = openCore().life.settings;
const ending = { ...withoutEnd, eventEndsAt: noon + hours(2) };

function runningUntil(expiresAt: number | undefined, more: Partial<Running> = {}): Running {
  return Running.parse({ ...running(), ...(expiresAt !== undefined && { expiresAt, dueAt: expiresAt }), ...more });
}

describe('the first expiry', () => {
  test.each<[what: string, settings: typeof withoutEnd, lifetimeMs: number, expiresAt: number | undefined]>([
    ['is a lifetime away', withoutEnd, hours(1), noon + hours(1)],
    ['is never past the end of the event', ending, hours(5), noon + hours(2)],
    ['of a lifetime of 0 is the end of the event', ending, 0, noon + hours(2)],
    ['of a lifetime of 0 without an end is never', withoutEnd, 0, undefined],
  ])('%s', (_what, settings, lifetimeMs, expiresAt) => {
    expect(firstExpiry(settings, lifetimeMs, noon)).toBe(expiresAt);
  });
});

describe('a renewed expiry', () => {
  test.each<[what: string, settings: typeof withoutEnd, expiresAt: number, renewed: number]>([
    ['is one lifetime later', withoutEnd, noon + hours(1), noon + hours(2)],
    ['is never past the maximum age', { ...withoutEnd, maximumAgeMs: hours(1.5) }, noon + hours(1), noon + hours(1.5)],
    ['is never past the end of the event', ending, noon + hours(1.5), noon + hours(2)],
    ['is the nearer one of both', { ...ending, maximumAgeMs: hours(1.5) }, noon + hours(1), noon + hours(1.5)],
  ])('%s', (_what, settings, expiresAt, renewed) => {
    expect(renewedExpiry(settings, runningUntil(expiresAt), expiresAt)).toBe(renewed);
  });
});

describe('adding time', () => {
  const actor = { id: '7', name: 'Zoë' };
  const request = { ...ownerKey(), challenge: running().challenge, actor };
  async function with_(row: Container | undefined, changed = {}): Promise<CoreWorld> {
    const world = openCore({ settings: changed });
    if (row) await world.life.containers.commit(ownerKey(), [{ do: 'put', kind: 'container', value: row }]);
    return world;
  }

  test('moves the end, counts, and is kept in the history', async () => {
    const { life } = await with_(runningUntil(noon + minutes(5)));
    const end = noon + minutes(65);
    expect(await renewContainer(life, request)).toMatchObject({ expiresAt: end, dueAt: end, renewalsUsed: 1 });
    const row = await life.containers.read(ownerKey(), request.challenge);
    expect(row?.value.history.at(-1)).toEqual({ transition: 'renewed', at: noon, by: '7' });
  });

  test('twice at the same moment counts twice', async () => {
    const { life } = await with_(runningUntil(noon + minutes(5)));
    await Promise.all([renewContainer(life, request), renewContainer(life, request)]);
    const row = await life.containers.read(ownerKey(), request.challenge);
    expect(row?.value).toMatchObject({ expiresAt: noon + minutes(125), renewalsUsed: 2 });
  });

  test.each<[what: string, row: Container | undefined, changed: object, code: string]>([
    ['there is none', undefined, {}, 'container_not_found'],
    ['it is not running yet', queued(), {}, 'not_running'],
    ['it has expired, even if nobody has noticed', runningUntil(noon), {}, 'already_expired'],
    ['it does not expire', runningUntil(undefined), {}, 'renewal_gains_nothing'],
    ['no renewals are left', runningUntil(noon + 1, { renewalsUsed: 2 }), {}, 'no_renewals_left'],
    [
      'none were ever allowed',
      runningUntil(noon + 1, { spec: { ...frozenSpec, renewals: 0 } }),
      {},
      'no_renewals_left',
    ],
    ['it has its maximum age', runningUntil(noon + hours(1)), { maximumAgeMs: hours(1) }, 'renewal_gains_nothing'],
    ['the event ends then', runningUntil(noon + hours(1)), { eventEndsAt: noon + hours(1) }, 'renewal_gains_nothing'],
  ])('is refused when %s', async (_what, row, changed, code) => {
    const { life } = await with_(row, changed);
    await expect(renewContainer(life, request)).rejects.toMatchObject({ code });
    const after = await life.containers.read(ownerKey(), request.challenge);
    expect(after?.value).toEqual(row);
  });
});
