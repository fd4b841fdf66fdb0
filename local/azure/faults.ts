import { z } from 'zod';
import type { Scheduler } from './clock.ts';
import { type GroupEffects, groupEffectsSchema } from './groups/group-effects.ts';
import type { Answer, Outcome } from './http/answer.ts';
import { REQUEST_KINDS, type RequestKind } from './request-kinds.ts';

/** How often a fault strikes; null: until it is taken away. */
const times = z.number().int().positive().nullable().default(1);

const requestFaultSchema = z.strictObject({
  on: z.literal('request'),
  times,
  match: z
    .strictObject({
      method: z.string().optional(),
      kind: z.enum(REQUEST_KINDS).optional(),
      /** Of a group, a repository or a resource; a star at the end stands for anything. */
      name: z.string().optional(),
    })
    .prefault({}),
  /** Waited before anything else, in real milliseconds. */
  delayMs: z.number().min(0).default(0),
  /** Answered instead of doing the work. */
  answer: z
    .strictObject({
      status: z.number().int().min(400).max(599),
      code: z.string().default('InternalServerError'),
      message: z.string().default('A fault that was asked for.'),
      retryAfterSeconds: z.number().int().min(0).optional(),
    })
    .optional(),
  /** The work is done, then the socket is destroyed. */
  loseAnswer: z.boolean().default(false),
});

const groupFaultSchema = z.strictObject({
  on: z.literal('group'),
  times,
  match: z
    .strictObject({ name: z.string().optional(), image: z.string().optional(), location: z.string().optional() })
    .prefault({}),
  effects: groupEffectsSchema,
});

export const faultSchema = z.discriminatedUnion('on', [requestFaultSchema, groupFaultSchema]);
export type Fault = z.infer<typeof faultSchema>;
type RequestFault = z.infer<typeof requestFaultSchema>;

interface Armed {
  readonly id: number;
  readonly fault: Fault;
  left: number;
}

export interface RequestFacts {
  readonly method: string;
  readonly kind: RequestKind;
  readonly name: string;
}

/** Faults that were asked for and have not struck yet. The oldest that fits strikes first. */
export class Faults {
  #armed: Armed[] = [];
  #nextId = 1;

  /** Throws a ZodError that names what is wrong. Returns the id by which the fault can be taken away. */
  add(given: unknown): number {
    const fault = faultSchema.parse(given);
    const id = this.#nextId++;
    this.#armed.push({ id, fault, left: fault.times ?? Number.POSITIVE_INFINITY });
    return id;
  }

  /** Every fault when no id is given. Says how many went. */
  remove(id?: number): number {
    const before = this.#armed.length;
    this.#armed = id === undefined ? [] : this.#armed.filter((armed) => armed.id !== id);
    return before - this.#armed.length;
  }

  list(): readonly { readonly id: number; readonly left: number | null; readonly fault: Fault }[] {
    return this.#armed.map(({ id, left, fault }) => ({ id, left: Number.isFinite(left) ? left : null, fault }));
  }

  takeForRequest(facts: RequestFacts): RequestFault | undefined {
    for (const armed of this.#armed) {
      const { fault } = armed;
      if (fault.on === 'request' && fitsRequest(fault, facts)) {
        this.#strike(armed);
        return fault;
      }
    }
    return undefined;
  }

  /** The effects of every fault that fits a group about to be created, later ones winning. */
  takeForGroup(facts: { readonly name: string; readonly image: string; readonly location: string }): GroupEffects {
    let effects: GroupEffects = {};
    for (const armed of [...this.#armed]) {
      if (armed.fault.on !== 'group') continue;
      const { match } = armed.fault;
      const fits =
        like(match.name, facts.name) && like(match.image, facts.image) && like(match.location, facts.location);
      if (!fits) continue;
      effects = { ...effects, ...armed.fault.effects };
      this.#strike(armed);
    }
    return effects;
  }

  #strike(armed: Armed): void {
    armed.left -= 1;
    if (armed.left <= 0) this.#armed = this.#armed.filter((other) => other !== armed);
  }
}

function fitsRequest(fault: RequestFault, facts: RequestFacts): boolean {
  const { method, kind, name } = fault.match;
  return like(method, facts.method) && (kind === undefined || kind === facts.kind) && like(name, facts.name);
}

function like(wanted: string | undefined, given: string): boolean {
  if (wanted === undefined) return true;
  return wanted.endsWith('*') ? given.startsWith(wanted.slice(0, -1)) : wanted === given;
}

/** Runs one request under the fault that fits it, if any. `refuse` words an answer as its service would. */
export async function underFaults(
  faults: Faults,
  scheduler: Scheduler,
  facts: RequestFacts,
  refuse: (code: string, message: string) => unknown,
  work: () => Promise<Answer>,
): Promise<Outcome> {
  const fault = faults.takeForRequest(facts);
  if (!fault) return work();
  if (fault.delayMs > 0) await scheduler.sleep(fault.delayMs);
  if (fault.answer) return faultAnswer(fault.answer, refuse);
  const answer = await work();
  return fault.loseAnswer ? 'lost' : answer;
}

function faultAnswer(
  answer: NonNullable<RequestFault['answer']>,
  refuse: (code: string, message: string) => unknown,
): Answer {
  const wait = answer.retryAfterSeconds;
  return {
    status: answer.status,
    headers: wait === undefined ? {} : { 'retry-after': String(wait) },
    body: refuse(answer.code, answer.message),
  };
}
