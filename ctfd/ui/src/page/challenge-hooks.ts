import { asObject, isObject } from '../service/json.ts';

/** A slot of CTFd's that a challenge's script may fill. */
function isSlots(value: unknown): value is Record<string, unknown> {
  return isObject(value);
}

function slots(where: '_internal' | '_functions'): Record<string, unknown> | undefined {
  const found = asObject(asObject(window.CTFd)[where])['challenge'];
  return isSlots(found) ? found : undefined;
}

/** The panel looks soon after a correct flag, since that may release the container. */
function noteSolve(result: unknown): unknown {
  if (asObject(asObject(result)['data'])['status'] === 'correct') document.dispatchEvent(new Event('berth-solved'));
  return result;
}

/** Hands in the flag, for themes that leave this to the script. CTFd's own fetch knows its address and session. */
async function submit(preview: unknown): Promise<unknown> {
  const fetch = asObject(window.CTFd)['fetch'];
  if (typeof fetch !== 'function') throw new Error('CTFd offers no fetch');
  const body = JSON.stringify({
    challenge_id: asObject(slots('_internal')?.['data'])['id'],
    submission: document.querySelector<HTMLInputElement>('#challenge-input')?.value,
  });
  const response: unknown = await fetch(`/api/v1/challenges/attempt${preview ? '?preview=true' : ''}`, {
    method: 'POST',
    body,
  });
  return noteSolve(response instanceof Response ? await response.json() : undefined);
}

/** Whatever stood in the slot is called as before. */
function listenForSolves(): void {
  const functions = slots('_functions');
  if (!functions || functions['berth']) return;
  const before = functions['displaySubmissionResponse'];
  functions['berth'] = true;
  functions['displaySubmissionResponse'] = (result: unknown): unknown => {
    noteSolve(result);
    return typeof before === 'function' ? before(result) : undefined;
  };
}

/**
 * What CTFd calls of a challenge's script. The panel itself needs neither: the element starts when it comes into the
 * page, which in some themes is before and in others after `postRender`.
 */
export function fillChallengeHooks(): void {
  const challenge = slots('_internal');
  if (challenge) Object.assign(challenge, { preRender: () => undefined, postRender: listenForSolves, submit });
}
