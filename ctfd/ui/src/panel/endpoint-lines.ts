import { element } from '../dom.ts';
import type { Endpoint } from '../service/container.ts';
import { panelTexts as texts } from '../texts.ts';
import { copyButton } from './copy-button.ts';

function line({ label, kind, text, ip }: Endpoint, said: (outcome: string) => void): HTMLElement {
  const value =
    kind === 'link'
      ? element('a', { href: text, target: '_blank', rel: 'noopener noreferrer' }, text)
      : element('code', {}, text);
  return element(
    'li',
    {},
    element('span', { class: 'small label' }, label),
    element('span', {}, value),
    copyButton(text, label, value, said),
    ip !== undefined && element('span', { class: 'small wide' }, texts.byAddress(ip)),
  );
}

/** One line for each place to connect to. */
export function endpointLines(endpoints: readonly Endpoint[], said: (outcome: string) => void): HTMLElement {
  return element('ul', { role: 'list' }, ...endpoints.map((endpoint) => line(endpoint, said)));
}
