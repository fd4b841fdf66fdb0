import type { Container } from '../service/container.ts';
import { panelTexts as texts } from '../texts.ts';
import { type Notice, note } from './notice.ts';

/** A look may come a little before the service's own clock says so. */
const skew = 10_000;

function hasEnded(before: Container, now: Container): boolean {
  return before.state === 'running' && (before.expiresAt ?? Number.POSITIVE_INFINITY) <= now.serverTime + skew;
}

/** What to say of a change that was not this panel's own doing; undefined for one that speaks for itself. `teammate`: who else started what is there now. */
export function noticeOfChange(
  before: Container | undefined,
  now: Container,
  teammate: string | undefined,
): Notice | undefined {
  if (before === undefined || before.state === 'failed') return undefined;
  if (now.state === 'none') {
    if (before.state === 'none') return undefined;
    return note('info', hasEnded(before, now) ? texts.expired : texts.stoppedElsewhere);
  }
  if (before.state === 'none') return teammate ? note('info', texts.startedElsewhere(teammate)) : undefined;
  return before.id === now.id ? undefined : note('info', texts.resetElsewhere(teammate || texts.anotherTab));
}
