import { element, setText } from '../dom.ts';
import type { Prices } from '../service/manage-shapes.ts';
import { formTexts as texts } from '../texts.ts';
import type { Fields } from './fields.ts';
import { choiceField, textField } from './text-fields.ts';

const sizes: Readonly<Record<string, { readonly cpu: number; readonly memoryGb: number } | undefined>> = {
  small: { cpu: 1, memoryGb: 1.5 },
  medium: { cpu: 2, memoryGb: 4 },
  large: { cpu: 4, memoryGb: 16 },
};

/** US dollars an hour; undefined while the size is not a number, or is the service's own. */
export function hourlyCost(size: string, cpu: string, memoryGb: string, prices: Prices): number | undefined {
  const known = size === 'custom' ? { cpu: Number(cpu), memoryGb: Number(memoryGb) } : sizes[size];
  if (!known || !(known.cpu > 0) || !(known.memoryGb > 0)) return undefined;
  return known.cpu * prices.cpuHour + known.memoryGb * prices.gbHour;
}

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
    const cpu = textField(fields, 'cpu', texts.cpu, '', 'number');
    const memory = textField(fields, 'memory_gb', texts.memory, '', 'number');
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
