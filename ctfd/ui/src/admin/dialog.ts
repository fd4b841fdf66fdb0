import { element } from '../dom.ts';
import { adminTexts as texts } from '../texts.ts';

/** A window above the page, closed by Escape, and gone from the page then. */
export function openDialog(root: ShadowRoot, title: string, ...children: readonly Node[]): HTMLDialogElement {
  const heading = element('h3', { id: 'dialog-title' }, title);
  const dialog = element(
    'dialog',
    { 'aria-labelledby': 'dialog-title' },
    element('div', { class: 'stack' }, heading, ...children),
  );
  dialog.addEventListener('close', () => dialog.remove());
  root.append(dialog);
  dialog.showModal();
  return dialog;
}

export function closeButton(label: string = texts.close): HTMLButtonElement {
  const button = element('button', { type: 'button' }, label);
  button.addEventListener('click', () => button.closest('dialog')?.close());
  return button;
}
