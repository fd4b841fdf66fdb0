import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { ServiceAnswer } from './storage-fault.ts';
import type { Columns } from './table.ts';
import { quoted } from './table-filter.ts';

export type BatchEntry =
  | { readonly do: 'insert' | 'upsert'; readonly row: string; readonly columns: Columns }
  | { readonly do: 'replace'; readonly row: string; readonly columns: Columns; readonly version: string }
  | { readonly do: 'delete'; readonly row: string; readonly version: string };

export interface Batch {
  readonly contentType: string;
  readonly body: string;
}

const lineEnd = '\r\n';

function entityJson(partition: string, row: string, columns: Columns): string {
  const entity: Record<string, string> = { PartitionKey: partition, RowKey: row };
  for (const [name, value] of Object.entries(columns)) {
    entity[name] = String(value);
    if (typeof value === 'number') entity[`${name}@odata.type`] = 'Edm.Int64';
  }
  return JSON.stringify(entity);
}

function quotedKey(key: string): string {
  return encodeURIComponent(quoted(key));
}

function requestLines(tableUrl: string, partition: string, entry: BatchEntry): string[] {
  const rowUrl = `${tableUrl}(PartitionKey=${quotedKey(partition)},RowKey=${quotedKey(entry.row)})`;
  const accept = 'Accept: application/json;odata=minimalmetadata';
  const common = [accept, 'DataServiceVersion: 3.0'];
  if (entry.do === 'delete') return [`DELETE ${rowUrl} HTTP/1.1`, ...common, `If-Match: ${entry.version}`, '', ''];
  const head =
    entry.do === 'insert' ? [`POST ${tableUrl} HTTP/1.1`, 'Prefer: return-no-content'] : [`PUT ${rowUrl} HTTP/1.1`];
  const condition = entry.do === 'replace' ? [`If-Match: ${entry.version}`] : [];
  const json = entityJson(partition, entry.row, entry.columns);
  return [...head, ...common, 'Content-Type: application/json', ...condition, '', json];
}

/**
 * An entity group transaction as the Table service reads it. Written here because the client library's own transactions
 * delete whatever is there: they have no way to pass the version that a delete was decided on.
 */
export function encodeBatch(tableUrl: string, partition: string, entries: readonly BatchEntry[]): Batch {
  const [outer, inner] = [`batch_${randomUUID()}`, `changeset_${randomUUID()}`];
  const parts = entries.flatMap((entry) => [
    `--${inner}`,
    'Content-Type: application/http',
    'Content-Transfer-Encoding: binary',
    '',
    ...requestLines(tableUrl, partition, entry),
  ]);
  const opening = [`--${outer}`, `Content-Type: multipart/mixed; boundary=${inner}`, ''];
  const body = [...opening, ...parts, `--${inner}--`, `--${outer}--`, ''].join(lineEnd);
  return { contentType: `multipart/mixed; boundary=${outer}`, body };
}

export type BatchAnswer = { readonly versions: readonly (string | undefined)[] } | { readonly refused: ServiceAnswer };

const ErrorBody = z.object({ 'odata.error': z.object({ code: z.string() }) });

function errorCode(part: string): string | undefined {
  try {
    const json: unknown = JSON.parse(part.slice(part.indexOf('{'), part.lastIndexOf('}') + 1));
    return ErrorBody.parse(json)['odata.error'].code;
  } catch {
    // An answer without a code is still an answer: its status decides.
    return undefined;
  }
}

function versionOf(part: string): string | undefined {
  return /^ETag: *(\S.*?)\r?$/im.exec(part)?.[1];
}

/** The versions in the order of the entries, a delete's undefined; or the one refusal that undid them all. */
export function decodeBatch(status: number, text: string, entries: readonly BatchEntry[]): BatchAnswer {
  if (status !== 202) return { refused: { status, code: errorCode(text) } };
  const parts = text.split(/^HTTP\/1\.1 /m).slice(1);
  const statuses = parts.map((part) => Number.parseInt(part, 10));
  const refused = statuses.findIndex((one) => !(one >= 200 && one < 300));
  if (refused >= 0) return { refused: { status: statuses[refused], code: errorCode(parts[refused] ?? '') } };
  const versions = parts.map(versionOf);
  const whole = entries.every((entry, index) => (entry.do === 'delete' ? parts[index] : versions[index]) !== undefined);
  return whole && parts.length === entries.length ? { versions } : { refused: { status, code: 'UnreadableAnswer' } };
}
