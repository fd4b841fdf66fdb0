import { type Container, parseContainer } from './container.ts';
import { asObject, flag, isObject, type Json, list, number, object, text } from './json.ts';

/** What an organiser sees of a container, beside what its player sees. */
export interface ManagedContainer {
  readonly view: Exclude<Container, { state: 'none' }>;
  readonly owner: string;
  readonly image: string;
  readonly target: string;
  /** The last thing that went wrong. */
  readonly trouble: string;
  /** The backend does not show it at the moment. */
  readonly missing: boolean;
}

export interface Page<T> {
  readonly items: readonly T[];
  /** To be given back for the next page; undefined on the last. */
  readonly next: string | undefined;
}

function parseManaged(source: Json): ManagedContainer | undefined {
  const view = parseContainer(source);
  const owner = text(source, 'owner');
  if (!view || view.state === 'none' || owner === undefined) return undefined;
  return {
    view,
    owner,
    image: text(source, 'image') ?? '',
    target: text(source, 'target') ?? '',
    trouble: text(source, 'trouble') ?? '',
    missing: flag(source, 'missing'),
  };
}

export function parseManagedPage(value: unknown): Page<ManagedContainer> | undefined {
  if (!isObject(value) || !Array.isArray(value['containers'])) return undefined;
  return { items: list(value, 'containers', parseManaged), next: text(value, 'next') };
}

export interface ActionCount {
  readonly matched: number;
  readonly changed: number;
}

export function parseActionCount(value: unknown): ActionCount | undefined {
  const matched = number(asObject(value), 'matched');
  return matched === undefined ? undefined : { matched, changed: number(asObject(value), 'changed') ?? 0 };
}

export function parseLog(value: unknown): string | undefined {
  return text(asObject(value), 'log');
}

export interface Image {
  readonly reference: string;
  readonly digest: string;
  /** As the registry writes it. */
  readonly updatedAt: string;
}

export interface ImageList {
  readonly images: readonly Image[];
  /** Why the list is not whole. */
  readonly incomplete: string | undefined;
}

function parseImage(source: Json): Image | undefined {
  const reference = text(source, 'reference');
  if (reference === undefined) return undefined;
  return { reference, digest: text(source, 'digest') ?? '', updatedAt: text(source, 'updatedAt') ?? '' };
}

export function parseImages(value: unknown): ImageList | undefined {
  if (!isObject(value) || !Array.isArray(value['images'])) return undefined;
  return { images: list(value, 'images', parseImage), incomplete: text(value, 'incomplete') };
}

export interface Usage {
  readonly name: string;
  readonly used: number;
  /** Undefined: none that is known. */
  readonly limit: number | undefined;
}

export interface Sentence {
  readonly code: string;
  readonly message: string;
}

export interface TargetStatus {
  readonly name: string;
  readonly backend: string;
  readonly reachable: boolean;
  readonly drained: boolean;
  readonly findings: readonly Sentence[];
  /** What Berth has counted. */
  readonly groups: Usage;
  readonly cores: Usage;
  /** What the backend itself counts. */
  readonly usage: readonly Usage[];
  readonly waiting: number;
  readonly typicalSeconds: number;
  /** No start is placed before, in milliseconds since the epoch. */
  readonly restUntil: number | undefined;
}

/** US dollars an hour. */
export interface Prices {
  readonly cpuHour: number;
  readonly gbHour: number;
}

export interface Status {
  readonly event: string;
  readonly backend: string;
  /** By state. */
  readonly containers: ReadonlyMap<string, number>;
  readonly targets: readonly TargetStatus[];
  readonly topOwners: readonly { readonly owner: string; readonly containers: number }[];
  /** US dollars. */
  readonly costPerHour: number;
  readonly prices: Prices | undefined;
  readonly problems: readonly Sentence[];
}

function parseSentence(source: Json): Sentence | undefined {
  const message = text(source, 'message');
  return message === undefined ? undefined : { code: text(source, 'code') ?? '', message };
}

function usageOf(name: string, source: Json): Usage {
  return { name, used: number(source, 'used') ?? 0, limit: number(source, 'limit') };
}

function parseTarget(source: Json): TargetStatus | undefined {
  const name = text(source, 'name');
  if (name === undefined) return undefined;
  return {
    name,
    backend: text(source, 'backend') ?? '',
    reachable: flag(source, 'reachable'),
    drained: flag(source, 'drained'),
    findings: list(source, 'findings', parseSentence),
    groups: usageOf('groups', object(source, 'groups')),
    cores: usageOf('cores', object(source, 'cores')),
    usage: list(source, 'usage', (item) => usageOf(text(item, 'name') ?? '', item)),
    waiting: number(source, 'waiting') ?? 0,
    typicalSeconds: number(source, 'typicalSeconds') ?? 0,
    restUntil: number(source, 'restUntil'),
  };
}

function parsePrices(source: Json): Prices | undefined {
  const cpuHour = number(source, 'cpuHour');
  const gbHour = number(source, 'gbHour');
  return cpuHour === undefined || gbHour === undefined ? undefined : { cpuHour, gbHour };
}

function parseCounts(source: Json): ReadonlyMap<string, number> {
  return new Map(Object.keys(source).flatMap((name): [string, number][] => [[name, number(source, name) ?? 0]]));
}

export function parseStatus(value: unknown): Status | undefined {
  if (!isObject(value) || !Array.isArray(value['targets'])) return undefined;
  return {
    event: text(value, 'event') ?? '',
    backend: text(value, 'backend') ?? '',
    containers: parseCounts(object(value, 'containers')),
    targets: list(value, 'targets', parseTarget),
    topOwners: list(value, 'topOwners', (item) => ({
      owner: text(item, 'owner') ?? '',
      containers: number(item, 'containers') ?? 0,
    })),
    costPerHour: number(value, 'costPerHour') ?? 0,
    prices: parsePrices(object(value, 'prices')),
    problems: list(value, 'problems', parseSentence),
  };
}

export interface Pause {
  readonly message: string;
  /** Milliseconds since the epoch. */
  readonly since: number;
  readonly by: string;
}

/** The organiser's switches. */
export interface Control {
  readonly paused: Pause | undefined;
  /** By challenge id. */
  readonly pausedChallenges: ReadonlyMap<string, Pause>;
  /** By target name. */
  readonly drainedTargets: ReadonlyMap<string, Pause>;
  readonly globalMaximum: number | undefined;
}

function parsePause(value: unknown): Pause | undefined {
  if (!isObject(value)) return undefined;
  return { message: text(value, 'message') ?? '', since: number(value, 'since') ?? 0, by: text(value, 'by') ?? '' };
}

function parsePauses(source: Json): ReadonlyMap<string, Pause> {
  const entries = Object.entries(source).map(([name, value]): [string, Pause | undefined] => [name, parsePause(value)]);
  return new Map(entries.flatMap(([name, pause]): [string, Pause][] => (pause ? [[name, pause]] : [])));
}

export function parseControl(value: unknown): Control | undefined {
  if (!isObject(value)) return undefined;
  return {
    paused: parsePause(value['paused']),
    pausedChallenges: parsePauses(object(value, 'pausedChallenges')),
    drainedTargets: parsePauses(object(value, 'drainedTargets')),
    globalMaximum: number(value, 'globalMaximum'),
  };
}

export interface RegisteredChallenge {
  readonly id: string;
  readonly name: string;
}

export function parseChallenges(value: unknown): readonly RegisteredChallenge[] | undefined {
  if (!isObject(value) || !Array.isArray(value['challenges'])) return undefined;
  return list(value, 'challenges', (item) => {
    const id = text(item, 'id');
    return id === undefined ? undefined : { id, name: text(item, 'name') || id };
  });
}

export interface AuditEntry {
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly action: string;
  readonly owner: string;
  readonly challenge: string;
  readonly containerId: string;
  readonly by: string;
  readonly detail: string;
}

function parseEntry(source: Json): AuditEntry | undefined {
  const at = number(source, 'at');
  if (at === undefined) return undefined;
  const say = (name: string): string => text(source, name) ?? '';
  return {
    at,
    action: say('action'),
    owner: say('owner'),
    challenge: say('challenge'),
    containerId: say('containerId'),
    by: say('by'),
    detail: say('detail'),
  };
}

export function parseAuditPage(value: unknown): Page<AuditEntry> | undefined {
  if (!isObject(value) || !Array.isArray(value['entries'])) return undefined;
  return { items: list(value, 'entries', parseEntry), next: text(value, 'next') };
}
