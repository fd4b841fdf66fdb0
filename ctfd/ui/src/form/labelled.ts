import { element } from '../dom.ts';

let count = 0;

/** A control with its label above and its explanation below, tied together for a screen reader. */
export function labelled(label: string, control: HTMLElement, help = '', more: readonly Node[] = []): HTMLElement {
  count += 1;
  control.id ||= `field-${count}`;
  const parts: Node[] = [element('label', { for: control.id }, label), control];
  if (help !== '') {
    const described = element('span', { class: 'small', id: `help-${count}` }, help);
    control.setAttribute('aria-describedby', described.id);
    parts.push(described);
  }
  return element('div', { class: 'field' }, ...parts, ...more);
}

export function group(title: string, ...children: readonly Node[]): HTMLElement {
  return element('fieldset', { class: 'stack' }, element('legend', {}, title), ...children);
}
