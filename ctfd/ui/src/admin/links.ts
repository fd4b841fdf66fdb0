import { element } from '../dom.ts';
import { asObject, text } from '../service/json.ts';

const root = (): string => text(asObject(window.init), 'urlRoot') ?? '';

/** `users:7` as a link to CTFd's own page of the account. */
export function accountLink(owner: string): HTMLElement {
  const [, kind, id] = /^(users|teams):(\d+)$/.exec(owner) ?? [];
  if (kind === undefined || id === undefined) return element('span', {}, owner);
  return element('a', { href: `${root()}/admin/${kind}/${id}` }, owner);
}

export function challengeLink(id: string, name: string): HTMLElement {
  return /^\d+$/.test(id)
    ? element('a', { href: `${root()}/admin/challenges/${id}` }, name)
    : element('span', {}, name);
}
