import type { Container } from '../service/container.ts';
import { panelTexts as texts } from '../texts.ts';
import { type Notice, note } from './notice.ts';

/** A look may come a little before the service's own clock says so. */
const skew = 10_000;

function hasEnded(before: Container, now: Container): boolean {
  return before.state === 'running' && (before.expiresAt ?? Number.POSITIVE_INFINITY) <= now.serverTime + skew;
}

/** What to say of a change that was not this panel's own doing; undefined for one that speaks for itself. */
export function noticeOfChange(
  before: Container | undefined,
  now: Container,
  isMe: (userId: string) => boolean,
): Notice | undefined {
  if (before === undefined || before.state === 'failed') return undefined;
  if (now.state === 'none') {
    if (before.state === 'none') return undefined;
    return note('info', hasEnded(before, now) ? texts.expired : texts.stoppedElsewhere);
  }
  const starter = now.startedBy;
  const who = starter && !isMe(starter.id) && starter.name;
  if (before.state === 'none') return who ? note('info', texts.startedElsewhere(who)) : undefined;
  return before.id === now.id ? undefined : note('info', texts.resetElsewhere(who || texts.anotherTab));
}
