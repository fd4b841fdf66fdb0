import { durationText } from '../countdown.ts';
import { element, setText } from '../dom.ts';
import type { TargetStatus, Usage } from '../service/manage-shapes.ts';
import { adminTexts as texts } from '../texts.ts';
import { KeyedList, type Shown } from './keyed-list.ts';
import type { Overview } from './organiser.ts';
import { section, timeText } from './section.ts';
import type { ChangeControl } from './switches-section.ts';

const rounded = (value: number): string => String(Math.round(value * 10) / 10);

function usageItem({ name }: Usage): Shown<Usage> {
  const text = element('span', { class: 'small' });
  const bar = element('meter', { min: '0', 'aria-label': name });
  const update = ({ used, limit }: Usage): void => {
    setText(text, texts.usage(rounded(used), limit === undefined ? undefined : rounded(limit)));
    bar.hidden = limit === undefined;
    bar.max = limit ?? 1;
    bar.high = (limit ?? 1) * 0.85;
    bar.value = used;
  };
  return { node: element('li', {}, element('span', {}, name), text, bar), update };
}

/** One place that containers are put: whether it answers, how full it is, and the switch that keeps starts away. */
class TargetCard implements Shown<TargetStatus> {
  readonly node: HTMLElement;
  readonly #badge = element('span', { class: 'badge' });
  readonly #line = element('p', { class: 'small' });
  readonly #rest = element('p', { class: 'small' });
  readonly #findings = element('ul', { class: 'notice warn plain' });
  readonly #usage: KeyedList<Usage>;
  readonly #drain = element('button', { type: 'button', class: 'small' });
  #target: TargetStatus;
  #said = '';

  constructor(target: TargetStatus, change: ChangeControl) {
    this.#target = target;
    const usage = element('ul', { class: 'plain usage' });
    this.#usage = new KeyedList<Usage>(usage, ({ name }) => name, usageItem);
    const click = (): void => {
      const { name, drained } = this.#target;
      void change({ drainedTargets: { [name]: drained ? false : { message: '' } } });
    };
    this.#drain.addEventListener('click', click);
    const head = element('div', { class: 'row' }, element('h3', {}, target.name), this.#badge, this.#drain);
    this.node = element('li', { class: 'stack card' }, head, this.#findings, this.#line, this.#rest, usage);
  }

  update(target: TargetStatus): void {
    this.#target = target;
    const { name, backend, reachable, drained, findings, waiting, typicalSeconds, restUntil } = target;
    const state = [backend, reachable ? texts.answers : texts.answersNot, drained ? texts.drained : ''];
    setText(this.#badge, state.filter(Boolean).join(', '));
    this.#badge.dataset['tone'] = !reachable ? 'bad' : drained ? 'warn' : 'good';
    setText(this.#drain, drained ? texts.undrain : texts.drain);
    this.#drain.setAttribute('aria-label', drained ? texts.undrainOf(name) : texts.drainOf(name));
    setText(this.#line, texts.waiting(waiting, durationText(typicalSeconds * 1_000)));
    setText(this.#rest, restUntil === undefined ? '' : texts.rest(timeText(restUntil)));
    this.#findings.hidden = findings.length === 0;
    const said = findings.map(({ message }) => message);
    if (said.join() !== this.#said) this.#findings.replaceChildren(...said.map((text) => element('li', {}, text)));
    this.#said = said.join();
    const own = [
      { ...target.groups, name: texts.counted.groups },
      { ...target.cores, name: texts.counted.cores },
    ];
    this.#usage.show([...own, ...target.usage.map((one) => ({ ...one, name: texts.byBackend(one.name) }))]);
  }
}

export class TargetsSection {
  readonly node: HTMLElement;
  readonly #list: KeyedList<TargetStatus>;

  constructor(change: ChangeControl) {
    const cards = element('ul', { class: 'plain cards' });
    this.#list = new KeyedList<TargetStatus>(
      cards,
      ({ name }) => name,
      (target) => new TargetCard(target, change),
    );
    this.node = section(texts.targets, cards);
  }

  update({ status }: Overview): void {
    if (status) this.#list.show(status.targets);
  }
}
