import { HostError } from './host-error.ts';
import { type NextOccurrence, parseNcrontab } from './ncrontab.ts';
import { parseTimeSpan } from './time-span.ts';

/**
 * A timer's schedule: an NCRONTAB expression, or a TimeSpan between two starts.
 * @throws {HostError} `schedule-invalid`
 */
export function parseSchedule(text: string): NextOccurrence {
  if (!text.includes(':')) return parseNcrontab(text);
  const interval = parseTimeSpan(text);
  if (interval) return (after) => after + interval;
  throw new HostError('schedule-invalid', `Schedule ${text} is not a time span above zero`, { expression: text });
}
