import { element } from '../dom.ts';
import { formTexts as texts } from '../texts.ts';
import type { Fields } from './fields.ts';
import { boxField } from './text-fields.ts';

/** What the service knows to allow. */
const capabilities = [
  'CHOWN',
  'DAC_OVERRIDE',
  'FOWNER',
  'KILL',
  'NET_BIND_SERVICE',
  'SETGID',
  'SETUID',
  'SYS_CHROOT',
] as const;

function split(source: string): string[] {
  return source.split(/[\s,]+/).filter(Boolean);
}

/** Rights that a container has on top of none. */
export function hardeningField(fields: Fields): HTMLElement {
  const change =
    (name: string) =>
    (checked: boolean): void => {
      const others = split(fields.get('capabilities')).filter((other) => other !== name);
      fields.set('capabilities', (checked ? [...others, name] : others).join(','));
    };
  const has = split(fields.get('capabilities'));
  const boxes = capabilities.map((name) => boxField(name, has.includes(name), change(name)));
  const readOnly = boxField(texts.readOnly, fields.get('read_only_root') === 'true', (checked) =>
    fields.set('read_only_root', String(checked)),
  );
  const grid = element('div', { class: 'grid', role: 'group', 'aria-label': texts.capabilities }, ...boxes);
  const title = element('span', { class: 'label' }, texts.capabilities);
  return element('details', {}, element('summary', {}, texts.hardening), readOnly, title, grid);
}
