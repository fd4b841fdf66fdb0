import type { Call } from '../http/answer.ts';

/** The registry's own page size, and the largest that may be asked for with `n`. */
const PAGE = 100;
const LARGEST_PAGE = 1_000;

export interface Page<T> {
  readonly items: readonly T[];
  readonly headers: Record<string, string>;
}

/** The page that `n` and `last` ask for, with a `Link` to the next one if there is any. */
export function pageOf<T>(call: Call, all: readonly T[], nameOf: (item: T) => string): Page<T> {
  const size = pageSize(call.query.get('n'));
  const last = call.query.get('last');
  const start = last === null ? 0 : all.findIndex((item) => nameOf(item) === last) + 1;
  const items = all.slice(start, start + size);
  const final = items.at(-1);
  if (final === undefined || start + size >= all.length) return { items, headers: {} };
  const query = new URLSearchParams(call.query);
  query.set('last', nameOf(final));
  query.set('n', String(size));
  return { items, headers: { link: `<${call.path}?${query.toString()}>; rel="next"` } };
}

function pageSize(asked: string | null): number {
  const wanted = asked === null ? PAGE : Number(asked);
  return Number.isInteger(wanted) && wanted > 0 ? Math.min(wanted, LARGEST_PAGE) : PAGE;
}
