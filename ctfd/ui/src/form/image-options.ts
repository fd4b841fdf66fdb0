import { element } from '../dom.ts';
import type { Image } from '../service/manage-shapes.ts';
import { formTexts as texts } from '../texts.ts';

const mostShown = 100;

/** The list below an input that is searched by typing: arrows move, Enter takes, Escape closes. */
export class ImageOptions {
  readonly node = element('ul', {
    class: 'options',
    role: 'listbox',
    id: 'image-options',
    'aria-label': texts.options,
    hidden: true,
  });
  readonly #input: HTMLInputElement;
  readonly #choose: (image: Image) => void;
  #images: readonly Image[] = [];
  #shown: readonly Image[] = [];
  #at = -1;

  constructor(input: HTMLInputElement, choose: (image: Image) => void) {
    this.#input = input;
    this.#choose = choose;
    for (const [name, value] of [
      ['role', 'combobox'],
      ['aria-autocomplete', 'list'],
      ['aria-controls', 'image-options'],
      ['aria-expanded', 'false'],
    ] as const)
      input.setAttribute(name, value);
    input.addEventListener('focus', () => this.#show(''));
    input.addEventListener('click', () => this.#show(''));
    input.addEventListener('input', () => this.#show(input.value));
    input.addEventListener('blur', () => this.#close());
    input.addEventListener('keydown', (event) => this.#key(event));
  }

  offer(images: readonly Image[]): void {
    this.#images = images;
    if (!this.node.hidden) this.#show(this.#input.value);
  }

  /** Every word has to be in it somewhere. */
  #show(search: string): void {
    const words = search.toLowerCase().split(/\s+/);
    const fits = ({ reference }: Image): boolean => words.every((word) => reference.toLowerCase().includes(word));
    this.#shown = this.#images.filter(fits).slice(0, mostShown);
    this.#at = -1;
    this.node.replaceChildren(...this.#shown.map((image, place) => this.#option(image, place)));
    this.#mark();
    this.node.hidden = this.#shown.length === 0;
    this.#input.setAttribute('aria-expanded', String(!this.node.hidden));
  }

  #option(image: Image, place: number): HTMLElement {
    const more = [image.digest.slice(0, 19), image.updatedAt.slice(0, 10)].filter(Boolean).join(' · ');
    // Before the input loses the focus, and the list with it.
    const mousedown = (event: Event): void => {
      event.preventDefault();
      this.#take(image);
    };
    const parts = [image.reference, ' ', element('span', { class: 'small' }, more)];
    return element('li', { role: 'option', id: `image-${place}`, mousedown }, ...parts);
  }

  #take(image: Image): void {
    this.#choose(image);
    this.#close();
  }

  #close(): void {
    this.node.hidden = true;
    this.#input.setAttribute('aria-expanded', 'false');
    this.#input.removeAttribute('aria-activedescendant');
  }

  #key(event: KeyboardEvent): void {
    const chosen = this.#shown[this.#at];
    if (event.key === 'Escape' && !this.node.hidden) this.#close();
    else if (event.key === 'Enter' && chosen && !this.node.hidden) this.#take(chosen);
    else if (event.key === 'ArrowDown' || event.key === 'ArrowUp') this.#move(event.key === 'ArrowDown' ? 1 : -1);
    else return;
    event.preventDefault();
  }

  #move(by: number): void {
    if (this.node.hidden) this.#show('');
    const count = this.#shown.length;
    if (count > 0) this.#at = (Math.max(this.#at, by > 0 ? -1 : 0) + by + count) % count;
    this.#mark();
  }

  #mark(): void {
    for (const [place, option] of [...this.node.children].entries()) {
      option.setAttribute('aria-selected', String(place === this.#at));
      if (place === this.#at) option.scrollIntoView({ block: 'nearest' });
    }
    if (this.#at < 0) this.#input.removeAttribute('aria-activedescendant');
    else this.#input.setAttribute('aria-activedescendant', `image-${this.#at}`);
  }
}
