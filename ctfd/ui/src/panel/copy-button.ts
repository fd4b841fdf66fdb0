import { copy } from '../clipboard.ts';
import { element, setText } from '../dom.ts';
import { panelTexts as texts } from '../texts.ts';

const shownFor = 2_000;

/** `label` tells a screen reader which of several it is; `said` is called with what became of it. */
export function copyButton(text: string, label: string, source: Node, said: (outcome: string) => void): HTMLElement {
  const button = element('button', { type: 'button', class: 'copy', 'aria-label': texts.copyOf(label) }, texts.copy);
  const press = async (): Promise<void> => {
    const done = await copy(text, button);
    if (!done) window.getSelection()?.selectAllChildren(source);
    const outcome = done ? texts.copied : texts.copyFailed;
    setText(button, outcome);
    said(outcome);
    setTimeout(() => setText(button, texts.copy), shownFor);
  };
  button.addEventListener('click', () => void press());
  return button;
}
