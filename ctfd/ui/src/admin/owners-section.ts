import { element, setText } from '../dom.ts';
import { adminTexts as texts } from '../texts.ts';
import { KeyedList } from './keyed-list.ts';
import { accountLink } from './links.ts';
import type { Overview } from './organiser.ts';
import { section } from './section.ts';

interface Use {
  readonly owner: string;
  readonly containers: number;
}

/** Who has most containers. `show` narrows the table to one owner. */
export class OwnersSection {
  readonly node: HTMLElement;
  readonly #none = element('p', { class: 'quiet', hidden: true }, texts.ownersNone);
  readonly #list: KeyedList<Use>;

  constructor(show: (owner: string) => void) {
    const host = element('ol', { class: 'owners' });
    this.#list = new KeyedList<Use>(
      host,
      ({ owner }) => owner,
      ({ owner }) => {
        const count = element('strong');
        const click = (): void => show(owner);
        const button = element('button', { type: 'button', class: 'small', click }, texts.showOnly(owner));
        const node = element('li', {}, element('div', { class: 'row' }, accountLink(owner), count, button));
        return { node, update: ({ containers }) => setText(count, String(containers)) };
      },
    );
    this.node = section(texts.owners, host, this.#none);
  }

  update({ status }: Overview): void {
    if (!status) return;
    this.#list.show(status.topOwners);
    this.#none.hidden = status.topOwners.length > 0;
  }
}
