import { describe, expect, test } from 'vitest';
import { minutes, seconds, TargetName } from '../../../src/core/ids.ts';
import type { BackendUsage } from '../../../src/core/ports.ts';
import { preflight, type TargetBefore } from '../../../src/core/targets/preflight.ts';
import type { TargetLimits } from '../../../src/core/targets/target.ts';
import { hours } from '../support/times.ts';

const azureDefaults: TargetLimits = { groups: 100, cores: 100, startsPer5Minutes: 100, startsPerHour: 300 };
const small = { cpu: 1, holdsMs: minutes(60) };

function region(name: string, limits: TargetLimits = azureDefaults, usage?: BackendUsage): TargetBefore {
  return {
    target: { name: TargetName.parse(name), backend: 'aci', limits, typicalMs: seconds(60) },
    usage,
  };
}

function used(groups: number, cores: number, limit: number): BackendUsage {
  return {
    limits: [
      { name: 'groups', used: groups, limit },
      { name: 'cores', used: cores, limit },
    ],
  };
}

describe('what fits', () => {
  test('at once is what the settings allow', () => {
    expect(preflight([region('west'), region('north')], 150, small)).toMatchObject({
      atOnce: 200,
      openingMs: seconds(60),
      lastReadyMs: seconds(60),
      targets: [{ ask: undefined }, { ask: undefined }],
    });
  });

  test("is less where Azure's own quota is less, and where something is there already", () => {
    const outlook = preflight([region('west', azureDefaults, used(3, 4, 10))], 5, small);
    expect(outlook).toMatchObject({ atOnce: 6, targets: [{ limits: { groups: 10, cores: 10 }, used: { groups: 3 } }] });
  });

  test('counts cores, not only containers', () => {
    expect(preflight([region('west')], 10, { ...small, cpu: 4 }).atOnce).toBe(25);
  });

  test('is nothing where nothing is left', () => {
    const full = preflight([region('west', azureDefaults, used(10, 10, 10))], 5, small);
    expect(full).toMatchObject({ atOnce: 0, openingMs: undefined, lastReadyMs: undefined });
  });
});

describe('the last one is ready', () => {
  test('as soon as the starts that Azure allows within 5 minutes have reached it', () => {
    const roomy = { ...azureDefaults, groups: 1000, cores: 1000 };
    const { openingMs = 0, lastReadyMs } = preflight([region('west', roomy)], 300, small);
    expect(openingMs).toBe(lastReadyMs);
    expect(openingMs).toBeGreaterThanOrEqual(minutes(11));
    expect(openingMs).toBeLessThan(minutes(12));
  });

  test('after an hour when the starts of an hour are used up', () => {
    const roomy = { ...azureDefaults, groups: 1000, cores: 1000 };
    const { lastReadyMs = 0 } = preflight([region('west', roomy)], 301, small);
    expect(lastReadyMs).toBeGreaterThanOrEqual(hours(1));
    expect(lastReadyMs).toBeLessThan(hours(1.1));
  });

  test('when the containers of others have ended', () => {
    const { openingMs, lastReadyMs = 0 } = preflight([region('west')], 101, small);
    expect(openingMs).toBe(seconds(60));
    expect(lastReadyMs).toBeGreaterThan(minutes(61));
    expect(lastReadyMs).toBeLessThan(minutes(64));
  });

  test('never when none of them ends', () => {
    expect(preflight([region('west')], 101, { cpu: 1, holdsMs: 0 }).lastReadyMs).toBeUndefined();
  });
});

describe('what to ask Azure for', () => {
  test('is a share for each target, with a tenth for what is being removed, beside what is there', () => {
    const { targets } = preflight([region('west', azureDefaults, used(5, 5, 100)), region('north')], 1000, {
      cpu: 2,
      holdsMs: minutes(60),
    });
    expect(targets.map(({ ask }) => ask)).toEqual([
      { groups: 555, cores: 1105, startsPer5Minutes: 500, startsPerHour: 1000 },
      { groups: 550, cores: 1100, startsPer5Minutes: 500, startsPerHour: 1000 },
    ]);
  });

  test('is enough: with it granted, nobody waits and nothing more is asked for', () => {
    const granted = { groups: 550, cores: 550, startsPer5Minutes: 500, startsPerHour: 1000 };
    const outlook = preflight([region('west', granted), region('north', granted)], 1000, small);
    expect(outlook).toMatchObject({ atOnce: 1100, lastReadyMs: seconds(60), targets: [{ ask: undefined }, {}] });
  });

  test('is nothing for a target that has its share while another has not', () => {
    const { targets } = preflight([region('west'), region('north', { ...azureDefaults, groups: 10 })], 150, small);
    expect(targets.map(({ ask }) => ask?.groups)).toEqual([undefined, 83]);
  });
});
