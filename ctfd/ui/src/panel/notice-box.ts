import { element, setText } from '../dom.ts';
import { panelTexts as texts } from '../texts.ts';
import { ButtonRow } from './button-row.ts';
import { wayButtons } from './buttons-of.ts';
import type { Intent, Notice } from './notice.ts';

/** One notice with its ways out. Hidden while there is none. */
export class NoticeBox {
  readonly node = element('div', { class: 'notice' });
  readonly #text = element('p');
  readonly #more = element('p', { class: 'small' });
  readonly #row: ButtonRow;

  constructor(press: (intent: Intent) => void, dismissable: boolean) {
    this.#row = new ButtonRow(press);
    this.node.append(this.#text, this.#more, this.#row.node);
    if (!dismissable) return;
    const click = (): void => press({ do: 'dismiss' });
    this.node.append(element('button', { type: 'button', class: 'close', 'aria-label': texts.dismiss, click }, '×'));
  }

  /** `ownName`: of this challenge. `more`: a sentence that belongs below. */
  show(notice: Notice | undefined, ownName: string, busy: boolean, more = ''): void {
    this.node.hidden = notice === undefined;
    if (!notice) return;
    this.node.dataset['tone'] = notice.tone;
    setText(this.#text, notice.text);
    setText(this.#more, notice.code ? `${texts.code(notice.code)} ${more}` : more);
    this.#row.show(wayButtons(notice, ownName, busy));
  }
}
