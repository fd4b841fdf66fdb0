import type { Selection } from '../service/manage-api.ts';
import type { ManagedContainer } from '../service/manage-shapes.ts';

/** Empty for any. */
export interface Filter {
  readonly search: string;
  readonly state: string;
  readonly target: string;
  readonly challenge: string;
}

export const noFilter: Filter = { search: '', state: '', target: '', challenge: '' };

export const sortKeys = ['state', 'owner', 'challenge', 'age', 'expiry'] as const;
export type SortKey = (typeof sortKeys)[number];
export interface Sort {
  readonly key: SortKey;
  readonly descending: boolean;
}

/** What one call may name at most. */
const mostIds = 1_000;

export function challengeName({ view }: ManagedContainer): string {
  return view.challengeName || view.challengeId;
}

function words(row: ManagedContainer): string {
  const { view, owner, image, target, trouble } = row;
  const endpoints = view.state === 'running' ? view.endpoints.map(({ text, ip }) => `${text} ${ip ?? ''}`) : [];
  const error = view.state === 'failed' ? view.error.message : '';
  const parts = [owner, view.startedBy?.name, challengeName(row), image, target, trouble, error, view.id, ...endpoints];
  return parts.join(' ').toLowerCase();
}

/** Every word of the search has to be in it somewhere. */
export function fits(row: ManagedContainer, { search, state, target, challenge }: Filter): boolean {
  if (state !== '' && row.view.state !== state) return false;
  if (target !== '' && row.target !== target) return false;
  if (challenge !== '' && row.view.challengeId !== challenge) return false;
  const text = search.trim() === '' ? '' : words(row);
  return search
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word));
}

const stateOrder = ['failed', 'queued', 'provisioning', 'running'];

function expiryOf({ view }: ManagedContainer): number {
  return (view.state === 'running' ? view.expiresAt : undefined) ?? Number.MAX_SAFE_INTEGER;
}

function compare(a: ManagedContainer, b: ManagedContainer, key: SortKey): number {
  switch (key) {
    case 'state':
      return stateOrder.indexOf(a.view.state) - stateOrder.indexOf(b.view.state);
    case 'owner':
      return a.owner.localeCompare(b.owner, undefined, { numeric: true });
    case 'challenge':
      return challengeName(a).localeCompare(challengeName(b), undefined, { numeric: true });
    case 'age':
      return (b.view.requestedAt ?? 0) - (a.view.requestedAt ?? 0);
    case 'expiry':
      return expiryOf(a) - expiryOf(b);
  }
}

/** What is equal keeps the order of its ids, so that a refresh moves nothing. */
export function sorted(rows: readonly ManagedContainer[], { key, descending }: Sort): readonly ManagedContainer[] {
  const sign = descending ? -1 : 1;
  return [...rows].sort((a, b) => sign * compare(a, b, key) || a.view.id.localeCompare(b.view.id));
}

/**
 * What an action on all that is shown means to the service. A filter reaches also what has not been read here; a search
 * is the page's own, so it names every container, in as many calls as that takes.
 */
export function selectionsOf(filter: Filter, shown: readonly ManagedContainer[]): readonly Selection[] {
  if (filter.search.trim() === '') {
    const given = Object.entries(filter).filter(([, value]) => value.trim() !== '');
    return given.length === 0 ? [{ all: true }] : [{ filter: Object.fromEntries(given) }];
  }
  const ids = shown.map(({ view }) => view.id);
  const count = Math.ceil(ids.length / mostIds);
  return Array.from({ length: count }, (_none, part) => ({ ids: ids.slice(part * mostIds, (part + 1) * mostIds) }));
}
