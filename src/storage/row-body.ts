import { BerthError } from '../core/errors.ts';
import type { Columns } from './table.ts';

/** A text column holds at most 32 Ki UTF-16 units. */
const partLength = 30_000;
/** A row holds at most 1 MiB, two bytes a unit; what is left is for keys and columns. */
export const longestBody = 450_000;

/** Where the next part ends: never between the halves of a surrogate pair, which alone are not valid text. */
function partEnd(text: string, start: number): number {
  const end = start + partLength;
  if (end >= text.length) return text.length;
  const last = text.charCodeAt(end - 1);
  return last >= 0xd800 && last <= 0xdbff ? end - 1 : end;
}

function columnName(part: number): string {
  return part === 0 ? 'body' : `body${part}`;
}

/** A value as JSON in `body`, `body1`, …. Throws BerthError `internal` when it is longer than `limit` UTF-16 units. */
export function bodyColumns(value: unknown, limit: number = longestBody): Columns {
  const text = JSON.stringify(value);
  if (text.length > limit) {
    throw new BerthError('internal', 'A value is too large for one row.', { length: text.length, limit });
  }
  const columns: Record<string, string> = {};
  for (let start = 0, part = 0; start < text.length; part++) {
    const end = partEnd(text, start);
    columns[columnName(part)] = text.slice(start, end);
    start = end;
  }
  return columns;
}

/** The JSON text of a row; empty when it has none. */
export function bodyText(columns: Columns): string {
  let text = '';
  for (let part = 0; ; part++) {
    const piece = columns[columnName(part)];
    if (typeof piece !== 'string') return text;
    text += piece;
  }
}
