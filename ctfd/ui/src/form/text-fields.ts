import { element } from '../dom.ts';
import type { FieldName, Fields } from './fields.ts';
import { labelled } from './labelled.ts';

/** A line of text that stands for one field. */
export function textField(
  fields: Fields,
  name: FieldName,
  label: string,
  help: string,
  inputmode: 'text' | 'decimal' = 'text',
): HTMLElement {
  const attributes = { type: 'text', inputmode, value: fields.get(name), autocomplete: 'off', spellcheck: 'false' };
  const input = element('input', attributes);
  input.addEventListener('input', () => fields.set(name, input.value));
  return labelled(label, input, help);
}

/** Several lines of text that stand for one field. */
export function linesField(fields: Fields, name: FieldName, label: string, help: string): HTMLElement {
  const attributes = { rows: '3', autocomplete: 'off', spellcheck: 'false', placeholder: fields.hint(name) };
  const area = element('textarea', attributes);
  area.value = fields.get(name);
  area.addEventListener('input', () => fields.set(name, area.value));
  return labelled(label, area, help);
}

export function choiceField(
  label: string,
  choices: Readonly<Record<string, string>>,
  chosen: string,
  choose: (value: string) => void,
): HTMLElement {
  const options = Object.entries(choices).map(([value, text]) => element('option', { value }, text));
  const select = element('select', {}, ...options);
  select.value = chosen;
  select.addEventListener('change', () => choose(select.value));
  return labelled(label, select);
}

export function boxField(label: string, checked: boolean, change: (checked: boolean) => void): HTMLElement {
  const box = element('input', { type: 'checkbox', checked });
  box.addEventListener('change', () => change(box.checked));
  return element('label', { class: 'choice' }, box, label);
}
