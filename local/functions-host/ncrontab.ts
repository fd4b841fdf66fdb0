import { HostError } from './host-error.ts';

interface Field {
  name: string;
  least: number;
  most: number;
  /** Names that stand for `least`, `least + 1` and so on. */
  names?: readonly string[];
}

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const WEEKDAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];
const FIELDS: readonly Field[] = [
  { name: 'second', least: 0, most: 59 },
  { name: 'minute', least: 0, most: 59 },
  { name: 'hour', least: 0, most: 23 },
  { name: 'day', least: 1, most: 31 },
  { name: 'month', least: 1, most: 12, names: MONTHS },
  { name: 'weekday', least: 0, most: 6, names: WEEKDAYS },
];
const ITEM = /^(?:(\*)|([a-z\d]+)(?:-([a-z\d]+))?)(?:\/(\d+))?$/i;
// 29 February on a given weekday may be 40 years away.
const MAX_DAYS_AHEAD = 41 * 366;
const SECOND_MS = 1000;
const DAY_MS = 24 * 60 * 60 * SECOND_MS;

/** The first moment after another at which an expression is due; both in milliseconds since the epoch. */
export type NextOccurrence = (after: number) => number;

/**
 * Parses an NCRONTAB expression: six fields, `second minute hour day month weekday`, in UTC; all of them must match.
 * @throws {HostError} `schedule-invalid`
 */
export function parseNcrontab(expression: string): NextOccurrence {
  const texts = expression.trim().split(/\s+/);
  if (texts.length !== FIELDS.length) throw invalid(expression, 'six fields are expected');
  const fields = FIELDS.map((field, index) => parseField(expression, field, texts[index] ?? ''));
  const [seconds = [], minutes = [], hours = [], days = [], months = [], weekdays = []] = fields;
  const isDay = (date: Date) =>
    months.includes(date.getUTCMonth() + 1) && days.includes(date.getUTCDate()) && weekdays.includes(date.getUTCDay());
  return (after) => {
    const earliest = (Math.floor(after / SECOND_MS) + 1) * SECOND_MS;
    const today = Math.floor(earliest / DAY_MS) * DAY_MS;
    for (let ahead = 0; ahead < MAX_DAYS_AHEAD; ahead++) {
      const day = today + ahead * DAY_MS;
      if (!isDay(new Date(day))) continue;
      const time = firstTimeOfDay(hours, minutes, seconds, Math.max(earliest - day, 0));
      if (time !== undefined) return day + time;
    }
    throw invalid(expression, 'it never occurs');
  };
}

/** The first listed time of day that is not before `from`; milliseconds since midnight. */
function firstTimeOfDay(hours: number[], minutes: number[], seconds: number[], from: number): number | undefined {
  for (const hour of hours) {
    for (const minute of minutes) {
      const second = seconds.find((one) => ((hour * 60 + minute) * 60 + one) * SECOND_MS >= from);
      if (second !== undefined) return ((hour * 60 + minute) * 60 + second) * SECOND_MS;
    }
  }
  return undefined;
}

function parseField(expression: string, field: Field, text: string): number[] {
  const values = new Set(text.split(',').flatMap((item) => parseItem(expression, field, item)));
  return [...values].sort((left, right) => left - right);
}

function parseItem(expression: string, field: Field, item: string): number[] {
  const parts = ITEM.exec(item);
  if (!parts) throw invalid(expression, `${item} is no ${field.name}`);
  const [, star, from, to, step] = parts;
  const first = star ? field.least : parseValue(expression, field, from ?? '');
  // `5/15` means from 5 on, every 15.
  const openEnd = star || step ? field.most : first;
  const last = to === undefined ? openEnd : parseValue(expression, field, to);
  const stride = Number(step ?? 1);
  if (last < first || stride < 1) throw invalid(expression, `${item} is no ${field.name}`);
  return Array.from({ length: Math.floor((last - first) / stride) + 1 }, (_, index) => first + index * stride);
}

function parseValue(expression: string, { name, least, most, names }: Field, text: string): number {
  const named = names?.findIndex((one) => text.toLowerCase().startsWith(one)) ?? -1;
  const value = named >= 0 ? named + least : Number(text);
  if (Number.isInteger(value) && value >= least && value <= most) return value;
  throw invalid(expression, `${text} is no ${name}`);
}

function invalid(expression: string, reason: string): HostError {
  return new HostError('schedule-invalid', `Schedule ${expression}: ${reason}`, { expression });
}
