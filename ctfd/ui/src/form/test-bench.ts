import { browserClock } from '../clock.ts';
import { durationText } from '../countdown.ts';
import { element, setText, styleSheet } from '../dom.ts';
import { type Connection, connect } from '../page/connect.ts';
import { tokenUrl } from '../page/ctfd-page.ts';
import { schemeOf } from '../page/scheme.ts';
import type { Intent } from '../panel/notice.ts';
import panelCss from '../panel/panel.css';
import { PanelSession } from '../panel/panel-session.ts';
import { PanelView } from '../panel/panel-view.ts';
import { ContainerApi } from '../service/container-api.ts';
import type { ManageApi } from '../service/manage-api.ts';
import { troubleSentence } from '../service/trouble-sentence.ts';
import { formTexts as texts } from '../texts.ts';

const tick = 250;

/** Starts the challenge as its author, with the panel that players see, a stopwatch and the log. */
export class TestBench {
  readonly node: HTMLElement;
  readonly #api: ManageApi;
  readonly #challengeId: string;
  readonly #own: Connection;
  readonly #session: PanelSession;
  readonly #view: PanelView;
  readonly #place = element('div', { hidden: true });
  readonly #start = element('button', { type: 'button', class: 'main' }, texts.testStart);
  readonly #time = element('p', { role: 'status' });
  readonly #log = element('pre', { tabindex: '0', 'aria-label': texts.log, hidden: true });
  readonly #fetchLog = element('button', { type: 'button', class: 'small', hidden: true }, texts.logFetch);
  #askedAt: number | undefined;
  #lastState = '';

  constructor(challengeId: string, api: ManageApi) {
    this.#challengeId = challengeId;
    this.#api = api;
    this.#own = connect(tokenUrl(`challenge/${encodeURIComponent(challengeId)}`));
    const owner = connect(tokenUrl('owner'));
    const root = this.#place.attachShadow({ mode: 'open' });
    root.adoptedStyleSheets = [styleSheet(panelCss)];
    this.#view = new PanelView(root, (intent) => this.#press(intent));
    this.#session = new PanelSession({
      clock: browserClock,
      random: Math.random,
      api: new ContainerApi(this.#own.client, challengeId),
      other: (other) => new ContainerApi(owner.client, other),
      isMe: (id) => (this.#own.tokens.last?.userId ?? id) === id,
      changed: () => this.#changed(),
      ready: () => this.#ready(),
      acted: () => undefined,
    });
    this.#start.addEventListener('click', () => this.#begin());
    this.#fetchLog.addEventListener('click', () => void this.#showLog());
    document.addEventListener('visibilitychange', () => this.#review());
    const row = element('div', { class: 'row' }, this.#start, this.#fetchLog);
    this.node = element('div', { class: 'stack' }, row, this.#time, this.#place, this.#log);
  }

  #begin(): void {
    this.#start.hidden = true;
    this.#place.hidden = false;
    this.#review();
    this.#press({ do: 'start' });
    this.#tick();
  }

  #press(intent: Intent): void {
    if (intent.do === 'start' || intent.do === 'reset') this.#askedAt = browserClock.now();
    if (intent.do === 'reload') window.location.reload();
    else this.#session.press(intent);
  }

  #review(): void {
    this.#session.setActive(this.node.isConnected && !this.#place.hidden && !document.hidden);
  }

  #tick(): void {
    this.#review();
    if (!this.node.isConnected) return;
    this.#view.dress(schemeOf(this.#place));
    this.#session.tick();
    this.#changed();
    browserClock.after(tick, () => this.#tick());
  }

  #changed(): void {
    const { state, nextLookAt } = this.#session;
    const now = browserClock.now();
    this.#view.draw(state, now, nextLookAt, texts.test);
    const shown = state.container?.state ?? '';
    const waits = shown === 'queued' || shown === 'provisioning';
    if (waits && this.#askedAt !== undefined) setText(this.#time, texts.testWaiting(durationText(now - this.#askedAt)));
    this.#fetchLog.hidden = shown === '' || shown === 'none' || shown === 'queued';
    if (shown !== this.#lastState && (shown === 'running' || shown === 'failed')) void this.#showLog();
    this.#lastState = shown;
  }

  #ready(): void {
    const took = (browserClock.now() - (this.#askedAt ?? browserClock.now())) / 1_000;
    setText(this.#time, texts.testReady(`${took.toFixed(1)} s`));
  }

  async #showLog(): Promise<void> {
    const owner = this.#own.tokens.last?.owner;
    if (owner === undefined) return;
    setText(this.#fetchLog, texts.logFetching);
    const answer = await this.#api.log(owner, this.#challengeId);
    setText(this.#fetchLog, texts.logFetch);
    setText(this.#log, answer.ok ? answer.value || texts.logEmpty : troubleSentence(answer.trouble));
    this.#log.hidden = false;
  }
}
