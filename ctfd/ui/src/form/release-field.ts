import { element } from '../dom.ts';
import { formTexts as texts } from '../texts.ts';
import type { Fields } from './fields.ts';
import { labelled } from './labelled.ts';
import { choiceField } from './text-fields.ts';

const defaultSeconds = '300';

/** `now`, `no` or `after:300`. */
export function parseRelease(source: string): { readonly when: 'now' | 'after' | 'no'; readonly seconds: string } {
  const seconds = /^after:(\d+)$/.exec(source.trim())?.[1];
  if (seconds !== undefined) return { when: 'after', seconds };
  return { when: source.trim() === 'no' ? 'no' : 'now', seconds: defaultSeconds };
}

/** What becomes of the solver's container. */
export function releaseField(fields: Fields): HTMLElement {
  const saved = parseRelease(fields.get('release_on_solve'));
  let when: string = saved.when;
  const seconds = element('input', { type: 'number', min: '1', max: '86400', value: saved.seconds });
  const after = labelled(texts.releaseSeconds, seconds);
  const save = (): void => fields.set('release_on_solve', when === 'after' ? `after:${seconds.value}` : when);
  const choose = (value: string): void => {
    when = value;
    after.hidden = when !== 'after';
    save();
  };
  after.hidden = when !== 'after';
  seconds.addEventListener('input', save);
  const choice = choiceField(texts.release, texts.releases, when, choose);
  return element('div', { class: 'stack' }, choice, after);
}
