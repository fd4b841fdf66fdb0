import { expect, test } from 'vitest';
import { parseSchedule } from '../../../local/functions-host/schedule.ts';
import { parseTimeSpan } from '../../../local/functions-host/time-span.ts';

function next(schedule: string, after: string): string {
  return new Date(parseSchedule(schedule)(Date.parse(after))).toISOString().replace('.000Z', '');
}

test.each([
  ['*/5 * * * * *', '2030-01-01T00:00:04.999Z', '2030-01-01T00:00:05'],
  ['*/5 * * * * *', '2030-01-01T00:00:05Z', '2030-01-01T00:00:10'],
  ['0 * * * * *', '2030-01-01T00:00:00Z', '2030-01-01T00:01:00'],
  ['30 5/20 * * * *', '2030-01-01T00:06:00Z', '2030-01-01T00:25:30'],
  ['0 0 9-17/4 * * *', '2030-01-01T14:00:00Z', '2030-01-01T17:00:00'],
  ['0 15,45 8 * * *', '2030-01-01T08:45:00Z', '2030-01-02T08:15:00'],
  ['0 0 0 * * Mon-Fri', '2030-01-04T12:00:00Z', '2030-01-07T00:00:00'],
  ['0 0 0 13 * 5', '2030-01-01T00:00:00Z', '2030-09-13T00:00:00'],
  ['0 0 0 1 january *', '2030-01-01T00:00:00Z', '2031-01-01T00:00:00'],
  ['0 0 0 31 * *', '2030-04-01T00:00:00Z', '2030-05-31T00:00:00'],
  ['0 0 0 29 2 0', '2030-01-01T00:00:00Z', '2032-02-29T00:00:00'],
  ['59 59 23 31 12 *', '2030-12-31T23:59:59Z', '2031-12-31T23:59:59'],
  ['00:00:30', '2030-01-01T00:00:04Z', '2030-01-01T00:00:34'],
  ['1.00:00:00', '2030-01-01T00:00:00Z', '2030-01-02T00:00:00'],
])('%s after %s is %s', (schedule, after, expected) => {
  expect(next(schedule, after)).toBe(expected);
});

test.each([
  '',
  '* * * * *',
  '60 * * * * *',
  '* * * * * 7',
  '* * * 0 * *',
  '5-1 * * * * *',
  '*/0 * * * * *',
  'x * * * * *',
  '00:00:00',
  '24:00:00',
])('%j is no schedule', (schedule) => {
  expect(() => parseSchedule(schedule)).toThrow(expect.objectContaining({ code: 'schedule-invalid' }));
});

test('a schedule that never occurs says so', () => {
  expect(() => next('0 0 0 30 2 *', '2030-01-01T00:00:00Z')).toThrow('it never occurs');
});

test.each([
  ['00:00:02', 2000],
  ['00:01', 60_000],
  ['1.02:03:04.5', 93_784_500],
  ['2', undefined],
  ['00:60:00', undefined],
])('the time span %s is %s ms', (text, milliseconds) => {
  expect(parseTimeSpan(text)).toBe(milliseconds);
});
