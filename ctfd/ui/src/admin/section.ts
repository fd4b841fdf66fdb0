import { element } from '../dom.ts';

export function section(title: string, ...children: readonly Node[]): HTMLElement {
  return element('section', { class: 'stack card', 'aria-label': title }, element('h2', {}, title), ...children);
}

/** A label around its control. */
export function field(label: string, control: HTMLElement): HTMLElement {
  return element('label', { class: 'field' }, label, control);
}

export function timeText(at: number): string {
  return new Date(at).toLocaleTimeString([], { hour: '2-digit', minute: '2-digit', second: '2-digit' });
}

/** The choices of a select, brought up to date without losing what is chosen. */
export function offerChoices(select: HTMLSelectElement, choices: ReadonlyMap<string, string>): void {
  const key = JSON.stringify([...choices]);
  if (select.dataset['choices'] === key) return;
  const chosen = select.value;
  const options = [...choices].map(([value, text]) => element('option', { value }, text));
  select.replaceChildren(...options);
  select.value = choices.has(chosen) ? chosen : '';
  select.dataset['choices'] = key;
}
