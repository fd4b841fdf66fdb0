import { element, setText } from '../dom.ts';
import type { Sentence, Status } from '../service/manage-shapes.ts';
import { troubleSentence } from '../service/trouble-sentence.ts';
import { adminTexts as texts } from '../texts.ts';
import { KeyedList } from './keyed-list.ts';
import type { Overview } from './organiser.ts';
import { timeText } from './section.ts';

const counts = ['running', 'provisioning', 'queued', 'failed', 'retiring'] as const;

/** Which backend, whether it answers, how much runs, what it costs, and what is wrong. */
export class StatusSection {
  readonly node: HTMLElement;
  readonly #backend = element('span', { class: 'badge' });
  readonly #event = element('span', { class: 'badge' });
  readonly #asOf = element('span', { class: 'small' });
  readonly #trouble = element('p', { class: 'notice bad', role: 'alert', hidden: true });
  readonly #paused = element('p', { class: 'notice warn', hidden: true });
  readonly #problems = element('ul', { class: 'notice warn plain', 'aria-label': texts.problems, hidden: true });
  readonly #problemList: KeyedList<Sentence>;
  readonly #tiles = new Map<string, HTMLElement>();

  constructor() {
    this.#problemList = new KeyedList<Sentence>(
      this.#problems,
      ({ code, message }) => `${code} ${message}`,
      ({ code, message }) => ({
        node: element('li', {}, `${message} `, element('code', {}, code)),
        update: () => undefined,
      }),
    );
    const tiles = [...counts, 'cost' as const].map((name) => this.#tile(name));
    this.node = element(
      'div',
      { class: 'stack' },
      element('div', { class: 'row' }, this.#backend, this.#event, this.#asOf),
      this.#trouble,
      this.#paused,
      this.#problems,
      element('dl', { class: 'tiles' }, ...tiles),
    );
    setText(this.#backend, texts.loading);
  }

  update({ status, control, trouble, asOf }: Overview): void {
    this.#trouble.hidden = trouble === undefined;
    if (trouble) setText(this.#trouble, texts.unreachable(troubleSentence(trouble)));
    if (asOf !== undefined) setText(this.#asOf, texts.refreshed(timeText(asOf)));
    const message = control?.paused?.message;
    this.#paused.hidden = message === undefined;
    setText(this.#paused, message ? texts.paused(message) : texts.pausedPlain);
    if (status) this.#show(status);
  }

  #tile(name: keyof typeof texts.tiles): HTMLElement {
    const value = element('dd', {}, '–');
    this.#tiles.set(name, value);
    return element('div', {}, element('dt', { class: 'small' }, texts.tiles[name]), value);
  }

  #show(status: Status): void {
    const reachable = status.targets.every((target) => target.reachable);
    const answers = reachable ? texts.answers : texts.answersNot;
    setText(this.#backend, `${texts.backend(status.backend)}, ${answers}`);
    this.#backend.dataset['tone'] = reachable ? 'good' : 'bad';
    setText(this.#event, texts.event(status.event));
    this.#problems.hidden = status.problems.length === 0;
    this.#problemList.show(status.problems);
    for (const [name, tile] of this.#tiles) {
      setText(tile, name === 'cost' ? `$${status.costPerHour.toFixed(2)}` : String(status.containers.get(name) ?? 0));
    }
  }
}
