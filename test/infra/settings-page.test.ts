import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { settingsPage, targetFields } from '../../scripts/docs/settings-page.ts';
import { backends } from '../../src/backends/index.ts';
import { settings } from '../../src/settings.ts';

describe('docs/settings.md', () => {
  it('is what the table of settings says now', async () => {
    expect(await readFile('docs/settings.md', 'utf8')).toBe(settingsPage());
  });

  it('has every setting', () => {
    const missing = Object.keys(settings).filter((name) => !settingsPage().includes(`| \`${name}\` |`));
    expect(missing).toEqual([]);
  });

  const fields = (['aci', 'docker'] as const).flatMap((kind) =>
    Object.keys(targetFields[kind]).map((field) => [kind, field] as const),
  );

  it.each(fields)('names a field that targets of %s really have: %s', (kind, field) => {
    // A value that no field takes: only a field that is read complains of it.
    const { faults } = backends[kind].readTargets({}, [{ name: 'one', [field]: { no: 'such value' } }]);
    expect(faults.join('\n')).toContain(`BERTH_TARGETS, one, ${field}:`);
  });
});
