import { clockText, far, nearness, over } from '../countdown.ts';
import { element, setText } from '../dom.ts';
import type { Scheme } from '../page/scheme.ts';
import { panelTexts as texts } from '../texts.ts';
import { bodyPart, ProgressLines, progressOf } from './body-part.ts';
import { ButtonRow } from './button-row.ts';
import { buttonsOf } from './buttons-of.ts';
import { keepFocus } from './keep-focus.ts';
import { type Intent, type Notice, note } from './notice.ts';
import { NoticeBox } from './notice-box.ts';
import { leftOf, type PanelState } from './panel-state.ts';

function timeOfDay(at: number): string {
  return new Date(at).toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' });
}

/** What stands above everything else: a question, or that the end has come. */
function promptOf(state: PanelState, now: number): Notice | undefined {
  const { asking, teammate = '' } = state;
  if (asking) return note('warning', texts.ask[asking](teammate));
  return leftOf(state, now) <= 0 ? note('info', texts.overNow) : undefined;
}

/** The panel's DOM. Everything that came from elsewhere is set as text. */
export class PanelView {
  readonly #root: ShadowRoot;
  readonly #title = element('p', { class: 'title', tabindex: '-1' });
  readonly #left = element('strong');
  readonly #until = element('span');
  readonly #clock = element('p', { role: 'timer' }, `${texts.stopsIn} `, this.#left, ' ', this.#until);
  readonly #body = element('div', { class: 'body' });
  readonly #progress = new ProgressLines();
  readonly #progressNode = element('div', { class: 'body' }, ...this.#progress.nodes);
  readonly #live = element('div', { class: 'live', role: 'status' });
  readonly #panel = element('section', { class: 'panel', 'aria-label': texts.region });
  readonly #notice: NoticeBox;
  readonly #prompt: NoticeBox;
  readonly #trouble: NoticeBox;
  readonly #buttons: ButtonRow;
  #bodyKey = '';
  #spoken = '';

  constructor(root: ShadowRoot, press: (intent: Intent) => void) {
    this.#root = root;
    this.#notice = new NoticeBox(press, true);
    this.#prompt = new NoticeBox(press, false);
    this.#trouble = new NoticeBox(press, false);
    this.#buttons = new ButtonRow(press);
    const head = element('div', { class: 'head' }, element('span', { class: 'dot' }), this.#title, this.#clock);
    const notices = [this.#notice.node, this.#prompt.node, this.#trouble.node];
    this.#panel.append(head, this.#progressNode, this.#body, ...notices, this.#buttons.node, this.#live);
    root.append(this.#panel);
  }

  dress(scheme: Scheme): void {
    this.#panel.dataset['scheme'] = scheme;
  }

  /** `now`: this browser's clock; `nextLookAt`: when the service is asked next. Both in milliseconds. */
  draw(state: PanelState, now: number, nextLookAt: number | undefined, ownName: string): void {
    keepFocus(this.#root, this.#title, () => {
      this.#showState(state, now);
      this.#showNotices(state, now, nextLookAt, ownName);
      this.#buttons.show(buttonsOf(state, now));
    });
    this.#speak(state, now);
  }

  #showState(state: PanelState, now: number): void {
    const { container } = state;
    this.#panel.dataset['state'] = container?.state ?? '';
    setText(this.#title, container ? texts.states[container.state] : texts.region);
    this.#showClock(state, now);
    const progress = progressOf(state, now);
    this.#progressNode.hidden = !progress;
    if (progress) this.#progress.show(progress);
    const part = bodyPart(state, (text) => this.#say(text));
    if (part.key === this.#bodyKey) return;
    this.#bodyKey = part.key;
    this.#body.replaceChildren(...part.build());
    this.#body.hidden = !this.#body.firstChild;
  }

  #showNotices(state: PanelState, now: number, nextLookAt: number | undefined, ownName: string): void {
    const { busy, notice, trouble, container } = state;
    const working = busy !== undefined;
    this.#prompt.show(promptOf(state, now), ownName, working);
    this.#notice.show(notice?.text === trouble?.text ? undefined : notice, ownName, working);
    const wait = nextLookAt === undefined ? '' : texts.retryIn(Math.max(1, Math.ceil((nextLookAt - now) / 1_000)));
    this.#trouble.show(trouble, ownName, working, container ? `${texts.outdated} ${wait}` : wait);
  }

  #showClock(state: PanelState, now: number): void {
    const left = leftOf(state, now);
    this.#clock.hidden = left === Number.POSITIVE_INFINITY;
    if (this.#clock.hidden) return;
    this.#clock.dataset['near'] = String(nearness(left));
    setText(this.#left, clockText(left));
    setText(this.#until, texts.at(timeOfDay(now + left)));
  }

  /** A change is said once: the state, what happened, and how near the end is. The seconds are not read out. */
  #speak(state: PanelState, now: number): void {
    const { container, notice, trouble } = state;
    const near = nearness(leftOf(state, now));
    const end = near === far || near === over ? '' : texts.left[near];
    const title = container && `${texts.states[container.state]}.`;
    const spoken = [title, end, notice?.text, promptOf(state, now)?.text, trouble?.text].filter(Boolean).join(' ');
    if (spoken !== this.#spoken) this.#say(spoken);
    this.#spoken = spoken;
  }

  #say(text: string): void {
    this.#live.textContent = text;
  }
}
