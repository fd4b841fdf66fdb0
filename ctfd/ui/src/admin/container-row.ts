import { clockText, durationText } from '../countdown.ts';
import { element, setText } from '../dom.ts';
import { copyButton } from '../panel/copy-button.ts';
import type { Endpoint } from '../service/container.ts';
import type { ManagedContainer } from '../service/manage-shapes.ts';
import { adminTexts as texts } from '../texts.ts';
import type { Shown } from './keyed-list.ts';
import { accountLink, challengeLink } from './links.ts';
import { challengeName } from './rows.ts';

const minute = 60_000;

export interface RowActions {
  readonly stop: (row: ManagedContainer) => void;
  readonly extend: (row: ManagedContainer) => void;
  readonly log: (row: ManagedContainer) => void;
}

function errorOf({ view, trouble, missing }: ManagedContainer): string {
  const error = view.state === 'failed' ? `${view.error.code}: ${trouble || view.error.message}` : trouble;
  return [error, missing ? texts.missingAbout : ''].filter(Boolean).join(' ');
}

/** By minutes, once there is one, so that the column does not flicker. */
function ageText(milliseconds: number): string {
  return durationText(milliseconds < minute ? milliseconds : Math.floor(milliseconds / minute) * minute);
}

/** The first one with a copy, and how many more there are. */
function endpointNode([first, ...rest]: readonly Endpoint[]): HTMLElement | undefined {
  if (!first) return undefined;
  const { kind, text, label } = first;
  const value =
    kind === 'link'
      ? element('a', { href: text, target: '_blank', rel: 'noopener noreferrer' }, text)
      : element('code', {}, text);
  const button = copyButton(text, label || text, value, () => undefined);
  button.className = 'small';
  const others = rest.map((one) => one.text).join('\n');
  const more = rest.length > 0 && element('span', { class: 'small', title: others }, texts.more(rest.length));
  return element('div', {}, value, ' ', button, ' ', more);
}

function cell(name: keyof typeof texts.columns, look: 'tight' | 'loose'): HTMLTableCellElement {
  return element('td', { class: look, 'data-label': texts.columns[name], role: 'cell' });
}

/** One container in the table. Only what differs is written. `serverNow`: the service's clock, in milliseconds. */
export class ContainerRow implements Shown<ManagedContainer> {
  readonly node: HTMLTableRowElement;
  readonly #serverNow: () => number;
  readonly #state = element('span');
  readonly #endpoint = cell('endpoint', 'loose');
  readonly #age = cell('age', 'tight');
  readonly #expiry = cell('expiry', 'tight');
  readonly #error = cell('error', 'loose');
  readonly #extend: HTMLButtonElement;
  #row: ManagedContainer;
  #endpointKey = '';

  constructor(row: ManagedContainer, actions: RowActions, serverNow: () => number) {
    this.#row = row;
    this.#serverNow = serverNow;
    const name = challengeName(row);
    const button = (label: string, press: (of: ManagedContainer) => void, look = 'small'): HTMLButtonElement => {
      const click = (): void => press(this.#row);
      return element(
        'button',
        { type: 'button', class: look, 'aria-label': texts.of(label, name, row.owner), click },
        label,
      );
    };
    this.#extend = button(texts.extend, actions.extend);
    const owner = cell('owner', 'tight');
    owner.append(accountLink(row.owner), element('div', { class: 'small' }, row.view.startedBy?.name));
    const challenge = cell('challenge', 'loose');
    challenge.append(challengeLink(row.view.challengeId, name), element('div', { class: 'small image' }, row.image));
    const buttons = cell('actions', 'tight');
    const stop = button(texts.stop, actions.stop, 'small danger');
    buttons.append(element('div', { class: 'row' }, button(texts.log, actions.log), this.#extend, stop));
    const state = cell('state', 'tight');
    state.append(element('span', {}, element('span', { class: 'dot' }), this.#state));
    const cells = [state, owner, challenge, this.#endpoint, this.#age, this.#expiry, this.#error, buttons];
    this.node = element('tr', { role: 'row' }, ...cells);
  }

  update(row: ManagedContainer): void {
    this.#row = row;
    const { view } = row;
    this.node.dataset['state'] = row.missing ? 'missing' : view.state;
    setText(this.#state, row.missing ? `${texts.states[view.state]}, ${texts.missing}` : texts.states[view.state]);
    setText(this.#error, errorOf(row));
    this.#extend.disabled = view.state !== 'running' || view.expiresAt === undefined;
    const endpoints = view.state === 'running' ? view.endpoints : [];
    const key = JSON.stringify(endpoints);
    if (key !== this.#endpointKey) this.#endpoint.replaceChildren(endpointNode(endpoints) ?? '');
    this.#endpointKey = key;
    this.tick();
  }

  /** What time alone changes. */
  tick(): void {
    const { view } = this.#row;
    const now = this.#serverNow();
    setText(this.#age, view.requestedAt === undefined ? '' : ageText(now - view.requestedAt));
    setText(this.#expiry, this.#expiryText(now));
  }

  #expiryText(now: number): string {
    const { view } = this.#row;
    if (view.state !== 'running') return '';
    return view.expiresAt === undefined ? texts.never : clockText(view.expiresAt - now);
  }
}
