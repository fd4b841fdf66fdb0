import { element, setText } from '../dom.ts';
import type { AuditQuery, ManageApi } from '../service/manage-api.ts';
import type { AuditEntry } from '../service/manage-shapes.ts';
import { troubleSentence } from '../service/trouble-sentence.ts';
import { adminTexts as texts } from '../texts.ts';
import { field, section } from './section.ts';

function entryRow(entry: AuditEntry): HTMLElement {
  const { at, action, owner, challenge, by, detail, containerId } = entry;
  const when = new Date(at).toISOString().replace('T', ' ').slice(0, 19);
  const values = { at: when, action, owner, challenge, by, detail };
  const cells = Object.entries(texts.auditColumns).map(([name, label]) => {
    const value = new Map(Object.entries(values)).get(name) ?? '';
    return element('td', { role: 'cell', 'data-label': label }, value);
  });
  return element('tr', { role: 'row', title: containerId }, ...cells);
}

/** Who did what to which container, read when it is asked for. */
export class AuditSection {
  readonly node: HTMLElement;
  readonly #api: ManageApi;
  readonly #day = element('input', { type: 'date' });
  readonly #owner = element('input', { type: 'text', placeholder: texts.ownerHint, autocomplete: 'off' });
  readonly #challenge = element('input', { type: 'text', autocomplete: 'off' });
  readonly #body = element('tbody', { role: 'rowgroup' });
  readonly #table: HTMLElement;
  readonly #said = element('p', { class: 'small', role: 'status' });
  readonly #more = element('button', { type: 'button', hidden: true }, texts.auditMore);
  #asked: AuditQuery = { day: '', owner: '', challenge: '' };
  #next: string | undefined;

  constructor(api: ManageApi) {
    this.#api = api;
    const heads = Object.values(texts.auditColumns).map((label) =>
      element('th', { scope: 'col', role: 'columnheader' }, label),
    );
    this.#table = element(
      'table',
      { role: 'table', hidden: true },
      element('thead', { role: 'rowgroup' }, element('tr', { role: 'row' }, ...heads)),
      this.#body,
    );
    const show = element('button', { type: 'submit' }, texts.show);
    const fields = [
      field(texts.day, this.#day),
      field(texts.columns.owner, this.#owner),
      field(texts.challenge, this.#challenge),
    ];
    const form = element('form', { class: 'line', novalidate: true }, ...fields, show);
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      void this.#first();
    });
    this.#more.addEventListener('click', () => void this.#read());
    this.node = section(texts.audit, form, this.#said, this.#table, this.#more);
  }

  #first(): Promise<void> {
    const [owner, challenge] = [this.#owner.value.trim(), this.#challenge.value.trim()];
    this.#asked = { day: this.#day.value, owner, challenge };
    this.#next = undefined;
    this.#body.replaceChildren();
    return this.#read();
  }

  async #read(): Promise<void> {
    setText(this.#said, texts.working);
    const answer = await this.#api.audit(this.#asked, this.#next);
    if (!answer.ok) return setText(this.#said, troubleSentence(answer.trouble));
    this.#next = answer.value.next;
    this.#body.append(...answer.value.items.map(entryRow));
    const isEmpty = this.#body.children.length === 0;
    this.#table.hidden = isEmpty;
    this.#more.hidden = this.#next === undefined;
    setText(this.#said, isEmpty ? texts.auditNone : '');
  }
}
