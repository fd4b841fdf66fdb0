import { element, setText } from '../dom.ts';
import type { ManageApi } from '../service/manage-api.ts';
import type { Image } from '../service/manage-shapes.ts';
import { troubleSentence } from '../service/trouble-sentence.ts';
import { formTexts as texts } from '../texts.ts';
import type { Fields } from './fields.ts';
import { ImageOptions } from './image-options.ts';
import { labelled } from './labelled.ts';

const shortDigest = (digest: string): string => digest.slice(0, 19);

/** The image with the registry's list to search, and its digest to pin. What is saved stays whatever the list says. */
export class ImageField {
  readonly node: HTMLElement;
  readonly #fields: Fields;
  readonly #api: ManageApi;
  readonly #input: HTMLInputElement;
  readonly #options: ImageOptions;
  readonly #listState = element('span', { class: 'small', role: 'status' });
  readonly #retry = element('button', { type: 'button', class: 'small', hidden: true }, texts.imagesRetry);
  readonly #digest = element('span', { class: 'small' });
  readonly #pin = element('button', { type: 'button', class: 'small' });
  readonly #unpin = element('button', { type: 'button', class: 'small' }, texts.unpin);
  #images: readonly Image[] | undefined;

  constructor(fields: Fields, api: ManageApi) {
    this.#fields = fields;
    this.#api = api;
    this.#input = element('input', {
      type: 'text',
      value: fields.get('image'),
      autocomplete: 'off',
      spellcheck: 'false',
    });
    this.#options = new ImageOptions(this.#input, (image) => this.#choose(image));
    this.#input.addEventListener('input', () => this.#typed());
    this.#retry.addEventListener('click', () => void this.load());
    this.#pin.addEventListener('click', () => this.#setDigest(this.#listed()?.digest ?? ''));
    this.#unpin.addEventListener('click', () => this.#setDigest(''));
    const combo = element('div', { class: 'combo' }, this.#input, this.#options.node);
    const label = labelled(texts.image, this.#input, texts.imageHelp);
    this.#input.before(combo);
    combo.prepend(this.#input);
    const list = element('div', { class: 'row' }, this.#listState, this.#retry);
    const digest = element('div', { class: 'row' }, this.#digest, this.#pin, this.#unpin);
    this.node = element('div', { class: 'stack' }, label, list, digest);
    this.#showDigest();
  }

  /** Asks for the list once more. */
  async load(): Promise<void> {
    this.#retry.hidden = true;
    setText(this.#listState, texts.imagesLoading);
    const answer = await this.#api.images();
    this.#images = answer.ok ? answer.value.images : undefined;
    this.#options.offer(this.#images ?? []);
    this.#retry.hidden = answer.ok && answer.value.incomplete === undefined;
    const said = answer.ok
      ? this.#countText(answer.value.incomplete)
      : texts.imagesFailed(troubleSentence(answer.trouble));
    setText(this.#listState, said);
    this.#showDigest();
  }

  #countText(incomplete: string | undefined): string {
    const gone = this.#input.value !== '' && this.#listed() === undefined ? texts.imageNotListed : '';
    const whole = incomplete === undefined ? '' : texts.imagesIncomplete(incomplete);
    return [texts.imagesCount(this.#images?.length ?? 0), whole, gone].filter(Boolean).join(' ');
  }

  #listed(): Image | undefined {
    return this.#images?.find(({ reference }) => reference === this.#input.value.trim());
  }

  #choose(image: Image): void {
    this.#input.value = image.reference;
    this.#typed();
  }

  /** Another image is not what the digest was of. */
  #typed(): void {
    const image = this.#input.value.trim();
    if (image !== this.#fields.get('image')) this.#fields.set('digest', '');
    this.#fields.set('image', image);
    this.#showDigest();
  }

  #setDigest(digest: string): void {
    this.#fields.set('digest', digest);
    this.#showDigest();
  }

  #showDigest(): void {
    const pinned = this.#fields.get('digest');
    const listed = this.#listed()?.digest ?? '';
    const moved = pinned !== '' && listed !== '' && listed !== pinned;
    const state = pinned === '' ? texts.notPinned : texts.pinned(shortDigest(pinned));
    setText(this.#digest, moved ? `${state} ${texts.moved(shortDigest(listed))}` : state);
    setText(this.#pin, moved ? texts.pinNew : texts.pin);
    this.#pin.hidden = listed === '' || listed === pinned;
    this.#unpin.hidden = pinned === '';
  }
}
