import { describe, expect, test } from 'vitest';
import { emptyControl } from '../../src/core/control.ts';
import { TableControlStore } from '../../src/storage/control-store.ts';
import { challengeId, event, noon, ownerKey } from './samples.ts';
import { storeHomes } from './store-homes.ts';

const pause = { message: 'Back at noon', since: noon, by: 'an organiser' };

describe.each(storeHomes((table, reader) => new TableControlStore(table, reader)))('control in $name', (home) => {
  test("an event's switches read back as they were put, for that event only", async () => {
    const { store } = home.open();
    const control = { ...emptyControl, paused: pause, pausedChallenges: { [challengeId('web-1')]: pause } };
    expect(await store.read(event)).toBeUndefined();
    expect(await store.put(event, control, undefined)).toBe(true);
    expect((await store.read(event))?.value).toEqual(control);
    expect(await store.read(ownerKey('users:7', 'other').event)).toBeUndefined();
  });

  test('a put with an older version, or of what is there already, says false', async () => {
    const { store } = home.open();
    await store.put(event, emptyControl, undefined);
    const read = await store.read(event);
    expect(await store.put(event, { ...emptyControl, globalMaximum: 5 }, read?.version)).toBe(true);
    expect(await store.put(event, { ...emptyControl, globalMaximum: 6 }, read?.version)).toBe(false);
    expect(await store.put(event, { ...emptyControl, globalMaximum: 7 }, undefined)).toBe(false);
    expect((await store.read(event))?.value.globalMaximum).toBe(5);
  });

  test('more than a row can hold is refused, and says so', async () => {
    const { store } = home.open();
    const long = { ...pause, message: '\u4e00'.repeat(300) };
    const pausedChallenges = Object.fromEntries(Array.from({ length: 300 }, (_, n) => [challengeId(`c${n}`), long]));
    await expect(store.put(event, { ...emptyControl, pausedChallenges }, undefined)).rejects.toMatchObject({
      code: 'invalid_request',
    });
    expect(await store.read(event)).toBeUndefined();
  });

  test('switches that cannot be read throw: nobody may take them for none', async () => {
    const { store, plant } = home.open();
    await plant(event, 'control', '{"paused":true}');
    await expect(store.read(event)).rejects.toMatchObject({ code: 'internal' });
  });
});
