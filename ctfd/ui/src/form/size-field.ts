import { element, setText } from '../dom.ts';
import type { Prices } from '../service/manage-shapes.ts';
import { formTexts as texts } from '../texts.ts';
import type { Fields } from './fields.ts';
import { hourlyCost } from './hourly-cost.ts';
import { choiceField, textField } from './text-fields.ts';

/** One of the service's sizes or one's own, and what it costs. */
export class SizeField {
  readonly node: HTMLElement;
  readonly #fields: Fields;
  readonly #cost = element('span', { class: 'small', role: 'status' });
  readonly #custom: HTMLElement;
  #prices: Prices | undefined;
  #backend = '';

  constructor(fields: Fields) {
    this.#fields = fields;
    const choose = (size: string): void => {
      fields.set('size', size);
      this.#show();
    };
    const choice = choiceField(texts.size, texts.sizes, fields.get('size'), choose);
    const cpu = textField(fields, 'cpu', texts.cpu, '', 'decimal');
    const memory = textField(fields, 'memory_gb', texts.memory, '', 'decimal');
    const help = element('p', { class: 'small' }, texts.sizeHelp);
    this.#custom = element('div', { class: 'stack' }, element('div', { class: 'grid' }, cpu, memory), help);
    this.#custom.addEventListener('input', () => this.#show());
    this.node = element('div', { class: 'stack' }, choice, this.#custom, this.#cost);
    this.#show();
  }

  /** As far as the service tells. */
  price(prices: Prices | undefined, backend: string): void {
    this.#prices = prices;
    this.#backend = backend;
    this.#show();
  }

  #show(): void {
    const size = this.#fields.get('size');
    this.#custom.hidden = size !== 'custom';
    setText(this.#cost, this.#backend === 'docker' ? texts.noCost : this.#costText(size));
  }

  #costText(size: string): string {
    const { cpu, memory } = { cpu: this.#fields.get('cpu'), memory: this.#fields.get('memory_gb') };
    const cost = this.#prices && hourlyCost(size, cpu, memory, this.#prices);
    return cost === undefined ? '' : texts.cost(cost.toFixed(cost < 0.1 ? 3 : 2));
  }
}
