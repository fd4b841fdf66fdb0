import { BerthError } from '../core/errors.ts';
import type { Columns } from './table.ts';

/** A text column holds at most 32 Ki characters. */
const partLength = 30_000;
/** A row holds at most 1 MiB, two bytes a character; what is left is for keys and columns. */
export const longestBody = 450_000;

/**
 * JSON in ASCII alone: the emulator garbles a character whose bytes arrive in two pieces, and a text of ASCII may be
 * cut anywhere.
 */
function asciiJson(value: unknown): string {
  return JSON.stringify(value).replaceAll(
    /[\u0080-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

function columnName(part: number): string {
  return part === 0 ? 'body' : `body${part}`;
}

/** A value as JSON in `body`, `body1`, …. Throws BerthError `internal` when that is longer than `limit` characters. */
export function bodyColumns(value: unknown, limit: number = longestBody): Columns {
  const text = asciiJson(value);
  if (text.length > limit) {
    throw new BerthError('internal', 'A value is too large for one row.', { length: text.length, limit });
  }
  const columns: Record<string, string> = {};
  for (let part = 0; part * partLength < text.length; part++) {
    columns[columnName(part)] = text.slice(part * partLength, (part + 1) * partLength);
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
