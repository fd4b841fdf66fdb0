import { element, setText } from '../dom.ts';
import type { ManageApi, Selection } from '../service/manage-api.ts';
import type { ActionCount } from '../service/manage-shapes.ts';
import type { Answer } from '../service/trouble.ts';
import { troubleSentence } from '../service/trouble-sentence.ts';
import { adminTexts as texts } from '../texts.ts';
import { closeButton, openDialog } from './dialog.ts';

export interface PlannedAction {
  readonly action: 'stop' | 'extend';
  readonly title: string;
  readonly selections: readonly Selection[];
  /** The question, when it is known without a count. */
  readonly known?: string;
  /** The question, once the service has counted. */
  readonly counted: (count: number) => string;
  /** A word to be typed before it goes on. */
  readonly word?: string;
}

const defaultMinutes = '30';

async function actOn(
  api: ManageApi,
  plan: PlannedAction,
  minutes: number | undefined,
  dryRun: boolean,
): Promise<Answer<ActionCount>> {
  let [matched, changed] = [0, 0];
  for (const selection of plan.selections) {
    const answer = await api.act(plan.action, selection, minutes, dryRun);
    if (!answer.ok) return answer;
    matched += answer.value.matched;
    changed += answer.value.changed;
  }
  return { ok: true, value: { matched, changed } };
}

/** Counts first, asks, then does it and says what became of it. */
class ActionDialog {
  readonly #api: ManageApi;
  readonly #plan: PlannedAction;
  readonly #done: () => void;
  readonly #text = element('p', { 'aria-live': 'polite' });
  readonly #minutes = element('input', { type: 'number', min: '1', max: '10080', value: defaultMinutes });
  readonly #word = element('input', { type: 'text', autocomplete: 'off' });
  readonly #go: HTMLButtonElement;
  readonly #inputs: HTMLElement;
  readonly #cancel = closeButton(texts.cancel);
  #ready = false;

  constructor(root: ShadowRoot, api: ManageApi, plan: PlannedAction, done: () => void) {
    this.#api = api;
    this.#plan = plan;
    this.#done = done;
    const isStop = plan.action === 'stop';
    this.#go = element(
      'button',
      { type: 'button', class: isStop ? 'danger' : 'main' },
      isStop ? texts.doStop : texts.doExtend,
    );
    this.#go.addEventListener('click', () => void this.#carryOut());
    for (const input of [this.#minutes, this.#word]) input.addEventListener('input', () => this.#review());
    this.#inputs = element(
      'div',
      { class: 'stack' },
      !isStop && element('label', { class: 'field' }, texts.minutes, this.#minutes),
      plan.word !== undefined && element('label', { class: 'field' }, texts.purgeType, this.#word),
    );
    openDialog(root, plan.title, this.#text, this.#inputs, element('div', { class: 'row' }, this.#cancel, this.#go));
    this.#review();
  }

  async ask(): Promise<void> {
    if (this.#plan.known !== undefined) return this.#offer(this.#plan.known);
    setText(this.#text, texts.counting);
    const answer = await actOn(this.#api, this.#plan, this.#minuteCount(), true);
    if (!answer.ok) setText(this.#text, troubleSentence(answer.trouble));
    else if (answer.value.matched === 0) setText(this.#text, texts.nothing);
    else this.#offer(this.#plan.counted(answer.value.matched));
  }

  #offer(question: string): void {
    setText(this.#text, question);
    this.#ready = true;
    this.#review();
  }

  #minuteCount(): number | undefined {
    return this.#plan.action === 'extend' ? Number(this.#minutes.value) : undefined;
  }

  #review(): void {
    const minutes = this.#minuteCount();
    const valid = minutes === undefined || (Number.isInteger(minutes) && minutes >= 1 && minutes <= 10_080);
    const typed = this.#plan.word === undefined || this.#word.value.trim().toLowerCase() === this.#plan.word;
    this.#go.disabled = !(this.#ready && valid && typed);
  }

  async #carryOut(): Promise<void> {
    this.#ready = false;
    this.#review();
    setText(this.#text, texts.working);
    const answer = await actOn(this.#api, this.#plan, this.#minuteCount(), false);
    const { ok } = answer;
    setText(this.#text, ok ? texts.done(answer.value.changed, answer.value.matched) : troubleSentence(answer.trouble));
    this.#inputs.hidden = ok;
    this.#go.hidden = ok;
    if (ok) setText(this.#cancel, texts.close);
    if (ok) this.#cancel.focus();
    this.#ready = !ok;
    this.#review();
    this.#done();
  }
}

export function openAction(root: ShadowRoot, api: ManageApi, plan: PlannedAction, done: () => void): void {
  void new ActionDialog(root, api, plan, done).ask();
}
