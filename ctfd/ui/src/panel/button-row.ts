import { element, setText } from '../dom.ts';
import type { Button } from './buttons-of.ts';
import type { Intent } from './notice.ts';

/** Buttons that are changed in place as long as they mean the same, so that a press and the focus are never lost. */
export class ButtonRow {
  readonly node = element('div', { class: 'row' });
  readonly #press: (intent: Intent) => void;
  #keys = '';
  #buttons: readonly Button[] = [];

  constructor(press: (intent: Intent) => void) {
    this.#press = press;
  }

  show(buttons: readonly Button[]): void {
    this.#buttons = buttons;
    this.node.hidden = buttons.length === 0;
    const keys = buttons.map(({ key }) => key).join();
    if (keys !== this.#keys) this.node.replaceChildren(...buttons.map(({ key }, place) => this.#make(key, place)));
    this.#keys = keys;
    for (const [place, { label, look, off }] of buttons.entries()) {
      const node = this.node.children[place];
      if (!node) continue;
      setText(node, label);
      node.className = look;
      // Not `disabled`: the focus would be lost with it.
      node.setAttribute('aria-disabled', String(off));
    }
  }

  #make(key: string, place: number): HTMLElement {
    const click = (): void => {
      const button = this.#buttons[place];
      if (button?.key === key && !button.off) this.#press(button.intent);
    };
    return element('button', { type: 'button', 'data-key': key, click });
  }
}
