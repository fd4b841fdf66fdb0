import { element, setText } from '../dom.ts';
import type { ControlChange } from '../service/manage-api.ts';
import type { Control, Pause } from '../service/manage-shapes.ts';
import type { Trouble } from '../service/trouble.ts';
import { troubleSentence } from '../service/trouble-sentence.ts';
import { adminTexts as texts } from '../texts.ts';
import { KeyedList } from './keyed-list.ts';
import type { Overview } from './organiser.ts';
import { field, offerChoices, section, timeText } from './section.ts';

/** Resolves to what went wrong, or to nothing. */
export type ChangeControl = (change: ControlChange) => Promise<Trouble | undefined>;

type PausedChallenge = readonly [id: string, pause: Pause];

const sinceText = ({ since, by }: Pause): string => texts.since(timeText(since), by);

/** What an organiser switches while an event runs: pauses with a message, and the maximum. */
export class SwitchesSection {
  readonly node: HTMLElement;
  readonly #change: ChangeControl;
  readonly #message = element('input', { type: 'text', maxlength: '300', placeholder: texts.pauseMessageHint });
  readonly #pause = element('button', { type: 'button', class: 'main' }, texts.pauseAll);
  readonly #since = element('span', { class: 'small' });
  readonly #challenge = element('select');
  readonly #challengeMessage = element('input', {
    type: 'text',
    maxlength: '300',
    placeholder: texts.pauseMessageHint,
  });
  readonly #pauseOne = element('button', { type: 'button' }, texts.pauseThis);
  readonly #pausedList = element('ul', { class: 'plain stack' });
  readonly #paused: KeyedList<PausedChallenge>;
  readonly #maximum = element('input', { type: 'number', min: '0', placeholder: texts.maximumHint });
  readonly #set = element('button', { type: 'button' }, texts.set);
  readonly #outcome = element('p', { class: 'small', role: 'status' });
  #control: Control | undefined;
  #names: ReadonlyMap<string, string> = new Map();

  constructor(change: ChangeControl) {
    this.#change = change;
    this.#paused = new KeyedList<PausedChallenge>(
      this.#pausedList,
      ([id]) => id,
      ([id]) => this.#pausedItem(id),
    );
    this.#pause.addEventListener('click', () => this.#switchAll());
    this.#pauseOne.addEventListener('click', () =>
      this.#switchOne(this.#challenge.value, this.#challengeMessage.value),
    );
    this.#set.addEventListener('click', () => this.#setMaximum());
    this.node = section(
      texts.switches,
      element('div', { class: 'line' }, field(texts.pauseMessage, this.#message), this.#pause),
      this.#since,
      element(
        'div',
        { class: 'line' },
        field(texts.pauseOne, this.#challenge),
        field(texts.pauseMessage, this.#challengeMessage),
        this.#pauseOne,
      ),
      this.#pausedList,
      element('div', { class: 'line' }, field(texts.maximum, this.#maximum), this.#set),
      this.#outcome,
    );
  }

  update({ control, challenges }: Overview): void {
    this.#names = new Map(challenges.map(({ id, name }) => [id, name]));
    offerChoices(this.#challenge, new Map([['', '–'], ...this.#names]));
    if (!control) return;
    const isFirst = this.#control === undefined;
    this.#control = control;
    const { paused, globalMaximum } = control;
    setText(this.#pause, paused ? texts.resumeAll : texts.pauseAll);
    setText(this.#since, paused ? sinceText(paused) : '');
    this.#paused.show([...control.pausedChallenges]);
    // What is being written is left alone.
    if (isFirst) this.#message.value = paused?.message ?? '';
    if (isFirst) this.#maximum.value = globalMaximum === undefined ? '' : String(globalMaximum);
  }

  #pausedItem(id: string): { node: HTMLElement; update: (item: PausedChallenge) => void } {
    const text = element('span');
    const name = this.#names.get(id) ?? id;
    const click = (): void => this.#send({ pausedChallenges: { [id]: false } });
    const button = element(
      'button',
      { type: 'button', class: 'small', 'aria-label': texts.resumeOf(name), click },
      texts.resume,
    );
    const update = ([, pause]: PausedChallenge): void => {
      const said = pause.message ? ` “${pause.message}”` : '';
      setText(text, `${this.#names.get(id) ?? id}:${said} ${sinceText(pause)}`);
    };
    return { node: element('li', { class: 'row' }, text, button), update };
  }

  #switchAll(): void {
    this.#send({ paused: this.#control?.paused ? false : { message: this.#message.value } });
  }

  #switchOne(id: string, message: string): void {
    if (id !== '') this.#send({ pausedChallenges: { [id]: { message } } });
  }

  #setMaximum(): void {
    const text = this.#maximum.value.trim();
    if (this.#maximum.reportValidity()) this.#send({ globalMaximum: text === '' ? null : Number(text) });
  }

  #send(change: ControlChange): void {
    const tell = (trouble: Trouble | undefined): void =>
      setText(this.#outcome, trouble ? troubleSentence(trouble) : texts.saved);
    void this.#change(change).then(tell);
  }
}
