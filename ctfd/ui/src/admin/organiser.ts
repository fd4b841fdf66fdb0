import type { Clock } from '../clock.ts';
import { type Look, Poller } from '../poller.ts';
import type { ManageApi } from '../service/manage-api.ts';
import type { Control, ManagedContainer, RegisteredChallenge, Status } from '../service/manage-shapes.ts';
import type { Answer, Trouble } from '../service/trouble.ts';

/** What the organiser's page knows. */
export interface Overview {
  readonly status: Status | undefined;
  readonly control: Control | undefined;
  readonly rows: readonly ManagedContainer[];
  /** There are more than were read. */
  readonly isCut: boolean;
  readonly challenges: readonly RegisteredChallenge[];
  /** Why the last look brought nothing, or not all. */
  readonly trouble: Trouble | undefined;
  /** Milliseconds since the epoch, of the last look that brought something. */
  readonly asOf: number | undefined;
  /** What has to be added to this browser's clock to get the service's. */
  readonly ahead: number;
}

export interface OrganiserParts {
  readonly clock: Clock;
  /** From 0 up to 1. */
  readonly random: () => number;
  readonly api: ManageApi;
  readonly changed: () => void;
}

const everySeconds = 10;
export const mostRows = 5_000;

const nothing: Overview = {
  status: undefined,
  control: undefined,
  rows: [],
  isCut: false,
  challenges: [],
  trouble: undefined,
  asOf: undefined,
  ahead: 0,
};

interface Rows {
  readonly rows: readonly ManagedContainer[];
  readonly isCut: boolean;
}

/** Keeps the overview up to date while it is looked at. No DOM. */
export class Organiser {
  readonly #parts: OrganiserParts;
  readonly #poller: Poller;
  #overview = nothing;

  constructor(parts: OrganiserParts) {
    this.#parts = parts;
    const { clock, random } = parts;
    this.#poller = new Poller({ clock, random, look: () => this.#look(), planned: () => undefined });
  }

  get overview(): Overview {
    return this.#overview;
  }

  setActive(active: boolean): void {
    this.#poller.setActive(active);
  }

  /** At once, e.g. after an action. */
  look(): void {
    this.#poller.now();
  }

  /** The switches as an answer to a change has them. */
  heardControl(control: Control): void {
    this.#set({ control });
  }

  #set(change: Partial<Overview>): void {
    this.#overview = { ...this.#overview, ...change };
    this.#parts.changed();
  }

  async #look(): Promise<Look> {
    const { api, clock } = this.#parts;
    const [rows, status, control, challenges] = await Promise.all([
      this.#rows(),
      api.status(),
      api.control(),
      api.challenges(),
    ]);
    const found = {
      ...(rows.ok && { ...rows.value, ahead: aheadOf(rows.value.rows, this.#overview.ahead, clock.now()) }),
      ...(status.ok && { status: status.value }),
      ...(control.ok && { control: control.value }),
      ...(challenges.ok && { challenges: challenges.value }),
    };
    const trouble = [rows, status, control, challenges].flatMap((answer) => (answer.ok ? [] : [answer.trouble]))[0];
    const brought = Object.keys(found).length > 0;
    this.#set({ ...found, trouble, ...(brought && { asOf: clock.now() }) });
    return { answered: trouble === undefined, retryAfterSeconds: trouble ? undefined : everySeconds };
  }

  /** All pages, one after the other, up to a bound. */
  async #rows(): Promise<Answer<Rows>> {
    const rows: ManagedContainer[] = [];
    let from: string | undefined;
    do {
      const page = await this.#parts.api.containers(from);
      if (!page.ok) return page;
      rows.push(...page.value.items);
      from = page.value.next;
    } while (from !== undefined && rows.length < mostRows);
    return { ok: true, value: { rows, isCut: from !== undefined } };
  }
}

function aheadOf(rows: readonly ManagedContainer[], before: number, now: number): number {
  const last = rows.at(-1);
  return last ? last.view.serverTime - now : before;
}
