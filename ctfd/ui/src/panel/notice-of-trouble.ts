import type { Refusal, Trouble } from '../service/trouble.ts';
import { panelTexts as texts, troubleTexts } from '../texts.ts';
import { type Action, type Hold, type Notice, note } from './notice.ts';

/** Refusals that pass by themselves. */
const passing: Readonly<Record<string, Hold['then']>> = {
  rate_limited: 'clear',
  cleaning_up: 'repeat',
  paused: 'keep',
};
/** A state that has moved on: the next look shows it, and the sentence says why the press did nothing. */
const movedOn = /^(container_not_found|not_running|already_expired|no_renewals_left|renewal_gains_nothing)$/;
const notAccepted = /^(token_expired|unauthenticated|wrong_scope|forbidden)$/;

function sentenceOf({ code, message }: Refusal): string {
  if (code === 'cleaning_up') return texts.cleaningUp;
  return code === 'paused' ? texts.paused(message) : message || troubleTexts.noReason;
}

function ofProblem(problem: Refusal, action: Action | undefined): Notice {
  const { code, retryAfterSeconds, occupants } = problem;
  const text = sentenceOf(problem);
  const then = passing[code];
  if (then && action) return { ...note('warning', text), hold: { action, seconds: retryAfterSeconds ?? 5, then } };
  if (code === 'over_quota')
    return note('warning', text, ...occupants.map((other) => ({ ...other, do: 'swap' as const })));
  if (movedOn.test(code)) return note('info', text);
  if (notAccepted.test(code)) return { ...note('error', troubleTexts.tokenRefused, { do: 'reload' }), code };
  return { ...note('error', text, { do: action ?? 'look' }), code };
}

/** What to tell a player of a call that brought nothing. `action`: what was tried; undefined for a mere look. */
export function noticeOfTrouble(trouble: Trouble, action?: Action): Notice {
  if (trouble.kind === 'problem') return ofProblem(trouble, action);
  const retry = { do: action ?? 'look' } as const;
  if (trouble.kind === 'refused') return { ...note('warning', trouble.message, retry), code: trouble.code };
  return note('error', troubleTexts[trouble.kind], trouble.kind === 'signedOut' ? { do: 'reload' } : retry);
}
