import type { ApiClient } from './api-client.ts';
import {
  type ActionCount,
  type AuditEntry,
  type Control,
  type ImageList,
  type ManagedContainer,
  type Page,
  parseActionCount,
  parseAuditPage,
  parseChallenges,
  parseControl,
  parseImages,
  parseLog,
  parseManagedPage,
  parseStatus,
  type RegisteredChallenge,
  type Status,
} from './manage-shapes.ts';
import type { Answer } from './trouble.ts';

/** Which containers: those with these ids, those that a filter fits, or all of the event. */
export type Selection =
  | { readonly ids: readonly string[] }
  | { readonly filter: Readonly<Record<string, string>> }
  | { readonly all: true };

/** What is to be switched; what is not named stays as it is. `false` ends a pause or a drain. */
export interface ControlChange {
  readonly paused?: false | { readonly message: string };
  readonly pausedChallenges?: Readonly<Record<string, false | { readonly message: string }>>;
  readonly drainedTargets?: Readonly<Record<string, false | { readonly message: string }>>;
  /** null for none. */
  readonly globalMaximum?: number | null;
}

export interface AuditQuery {
  /** `2026-11-24`, UTC; empty for today. */
  readonly day: string;
  readonly owner: string;
  readonly challenge: string;
}

const pageSize = 500;
const auditPageSize = 100;
/** Reads of a backend, and changes of many containers, take their time. */
const longPatience = 60;

function query(parts: Readonly<Record<string, string | undefined>>): string {
  const given = Object.entries(parts).flatMap(([name, value]): [string, string][] => (value ? [[name, value]] : []));
  return new URLSearchParams(given).toString();
}

/** An organiser's calls. */
export class ManageApi {
  readonly #client: ApiClient;

  constructor(client: ApiClient) {
    this.#client = client;
  }

  containers(from: string | undefined): Promise<Answer<Page<ManagedContainer>>> {
    const path = `manage/containers?${query({ limit: String(pageSize), from })}`;
    return this.#client.call({ path, seconds: longPatience, parse: parseManagedPage });
  }

  /** `minutes` for an extension. With `dryRun` it only counts. */
  act(
    action: 'stop' | 'extend',
    selection: Selection,
    minutes: number | undefined,
    dryRun: boolean,
  ): Promise<Answer<ActionCount>> {
    const body = { action, ...selection, ...(minutes !== undefined && { minutes }), dryRun };
    return this.#client.call({
      method: 'POST',
      path: 'manage/containers/actions',
      body,
      seconds: longPatience,
      parse: parseActionCount,
    });
  }

  log(owner: string, challengeId: string): Promise<Answer<string>> {
    const path = `manage/containers/${encodeURIComponent(owner)}/${encodeURIComponent(challengeId)}/logs`;
    return this.#client.call({ path, seconds: longPatience, parse: parseLog });
  }

  images(): Promise<Answer<ImageList>> {
    return this.#client.call({ path: 'manage/images', seconds: longPatience, parse: parseImages });
  }

  status(): Promise<Answer<Status>> {
    return this.#client.call({ path: 'manage/status', seconds: longPatience, parse: parseStatus });
  }

  challenges(): Promise<Answer<readonly RegisteredChallenge[]>> {
    return this.#client.call({ path: 'manage/challenges', parse: parseChallenges });
  }

  control(): Promise<Answer<Control>> {
    return this.#client.call({ path: 'manage/control', parse: parseControl });
  }

  changeControl(change: ControlChange): Promise<Answer<Control>> {
    return this.#client.call({ method: 'PUT', path: 'manage/control', body: change, parse: parseControl });
  }

  audit({ day, owner, challenge }: AuditQuery, from: string | undefined): Promise<Answer<Page<AuditEntry>>> {
    const path = `manage/audit?${query({ day, owner, challenge, limit: String(auditPageSize), from })}`;
    return this.#client.call({ path, seconds: longPatience, parse: parseAuditPage });
  }
}
