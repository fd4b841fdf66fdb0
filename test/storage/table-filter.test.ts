import { expect, test } from 'vitest';
import { startingWith } from '../../src/storage/key-ranges.ts';
import { tableFilter } from '../../src/storage/table-filter.ts';

test('nothing asked for is no filter', () => {
  expect(tableFilter({})).toBeUndefined();
  expect(tableFilter({ equal: { challenge: undefined } })).toBeUndefined();
});

test('a number is written as one of 64 bits, which the service does not assume', () => {
  expect(tableFilter({ atMost: { column: 'dueAt', value: 1_764_000_000_000 } })).toBe('dueAt le 1764000000000L');
});

test('ranges of rows are alternatives, everything else is asked for at once', () => {
  const filter = tableFilter({
    partition: "o'p",
    rows: [startingWith('c~'), startingWith('retiring~')],
    equal: { owner: "users:7'" },
  });
  expect(filter).toBe(
    "PartitionKey eq 'o''p' and " +
      "((RowKey ge 'c~' and RowKey lt 'c~~') or (RowKey ge 'retiring~' and RowKey lt 'retiring~~')) and " +
      "owner eq 'users:7'''",
  );
});
