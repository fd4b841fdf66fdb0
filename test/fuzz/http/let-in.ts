import { z } from 'zod';
import { Violation } from '../violation.ts';
import type { CallPlan } from './call-plan.ts';
import { type Operation, readOperations } from './operations.ts';
import type { RawAnswer } from './raw-http.ts';
import type { TokenPlan } from './tokens.ts';

/** Every start that was shown to a player, by its container id, and whose it is. */
export type OwnersOfStarts = Map<string, string>;

const operations = readOperations();

function speaksFor(token: TokenPlan): 'nobody' | 'player' | 'service' | 'admin' {
  return token.is === 'good' || token.is === 'odd' ? token.who.speaksFor : 'nobody';
}

function opens(token: TokenPlan, { access }: Operation): boolean {
  const who = speaksFor(token);
  switch (access) {
    case 'open':
      return true;
    case 'player':
      return who === 'player';
    case 'service':
      return who === 'service' || who === 'admin';
    case 'admin':
      return who === 'admin';
  }
}

/** Parameters with which the path is another one, of another operation. */
const otherPath = new Set(['', '.', '..']);

/** What is rightly asked by this method and this path, whatever else is odd about the call. */
function askedFor({ operation, method }: CallPlan): Operation | undefined {
  const meant = method === 'HEAD' ? 'GET' : method;
  return operations.find((each) => each.path === operation.path && each.method === meant);
}

function letIn(answer: RawAnswer, whom: string): never {
  const told = answer.body.toString().slice(0, 300);
  throw new Violation('leak', `it lets in ${whom}: ${answer.status} ${told}`);
}

/** With a token of one challenge only that challenge's operations, with an owner's only these. */
const ofOwners = new Set(['list-own-containers', 'get-container', 'stop-container']);

const Shown = z.looseObject({ id: z.string().optional(), challengeId: z.string() });
const ShownMany = z.looseObject({ containers: z.array(Shown) });

function shownBy(answer: RawAnswer): readonly z.infer<typeof Shown>[] {
  const text = answer.body.toString();
  const json: unknown = text === '' ? {} : JSON.parse(text);
  const many = ShownMany.safeParse(json);
  if (many.success) return many.data.containers;
  const one = Shown.safeParse(json);
  return one.success ? [one.data] : [];
}

function checkPlayer(
  asked: Operation,
  who: { readonly owner: string; readonly challenge?: string | undefined },
  answer: RawAnswer,
  startsOf: OwnersOfStarts,
): void {
  const { owner, challenge } = who;
  if (challenge === undefined && !ofOwners.has(asked.name)) letIn(answer, 'an owner’s token');
  if (challenge !== undefined && asked.name === 'list-own-containers') letIn(answer, 'a challenge’s token');
  for (const { id, challengeId } of shownBy(answer)) {
    if (challenge !== undefined && challengeId !== challenge) letIn(answer, `a token of ${challenge}`);
    if (id === undefined) continue;
    if ((startsOf.get(id) ?? owner) !== owner) letIn(answer, `${owner} to what is another’s`);
    startsOf.set(id, owner);
  }
}

/** @throws {Violation} where a call was answered with a success that its token does not open. */
export function checkLetIn(plan: CallPlan, answer: RawAnswer, startsOf: OwnersOfStarts): void {
  const { method, params, token, operation } = plan;
  // Who may call from where is asked without a token.
  if (method === 'OPTIONS' && answer.body.length === 0) return;
  if (operation.inPath.some(({ name }) => otherPath.has(params[name] ?? ''))) return;
  const asked = askedFor(plan);
  if (asked === undefined || !opens(token, asked)) letIn(answer, 'whom it must not');
  if (asked.access === 'player' && token.is === 'good' && token.who.speaksFor === 'player')
    checkPlayer(asked, token.who, answer, startsOf);
}
