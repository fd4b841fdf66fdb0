import { element, setText } from '../dom.ts';
import type { ManagedContainer } from '../service/manage-shapes.ts';
import { adminTexts as texts } from '../texts.ts';
import { ContainerRow, type RowActions } from './container-row.ts';
import { KeyedList } from './keyed-list.ts';
import { mostRows, type Overview } from './organiser.ts';
import { challengeName, type Filter, fits, noFilter, type Sort, type SortKey, sorted, sortKeys } from './rows.ts';
import { field, offerChoices, section } from './section.ts';

export interface ContainersActions extends RowActions {
  readonly stopThese: (filter: Filter, shown: readonly ManagedContainer[]) => void;
  readonly extendThese: (filter: Filter, shown: readonly ManagedContainer[]) => void;
  readonly purge: () => void;
}

const pageSize = 50;

function isSortKey(name: string): name is SortKey {
  return sortKeys.some((key) => key === name);
}

/** The table of all containers: searched, filtered, sorted and paged in the browser, and brought up to date in place. */
export class ContainersSection {
  readonly node: HTMLElement;
  readonly #actions: ContainersActions;
  readonly #body = element('tbody', { role: 'rowgroup' });
  readonly #rows = new Map<string, ContainerRow>();
  readonly #list: KeyedList<ManagedContainer>;
  readonly #search = element('input', { type: 'search', placeholder: texts.searchHint, autocomplete: 'off' });
  readonly #state = element('select');
  readonly #target = element('select');
  readonly #challenge = element('select');
  readonly #count = element('p', { class: 'small', role: 'status' });
  readonly #empty = element('p', { class: 'quiet' });
  readonly #stop = element('button', { type: 'button', class: 'danger' });
  readonly #extend = element('button', { type: 'button' });
  readonly #previous = element('button', { type: 'button', class: 'small' }, texts.previous);
  readonly #next = element('button', { type: 'button', class: 'small' }, texts.next);
  readonly #pages = element('span', { class: 'small' });
  readonly #pager = element('div', { class: 'row' }, this.#previous, this.#pages, this.#next);
  readonly #heads = new Map<SortKey, HTMLElement>();
  #sort: Sort = { key: 'age', descending: false };
  #page = 0;
  #overview: Overview | undefined;
  #fitting: readonly ManagedContainer[] = [];

  constructor(actions: ContainersActions, serverNow: () => number) {
    this.#actions = actions;
    this.#list = new KeyedList<ManagedContainer>(
      this.#body,
      ({ view }) => view.id,
      (row) => this.#keep(new ContainerRow(row, actions, serverNow), row),
    );
    this.#listen();
    offerChoices(this.#state, new Map([['', texts.any], ...Object.entries(texts.states)]));
    this.node = section(texts.containers, this.#filterBar(), this.#count, this.#table(), this.#empty, this.#pager);
  }

  /** Shows only what has this in it. */
  search(words: string): void {
    this.#search.value = words;
    this.#again();
    this.#search.scrollIntoView({ block: 'center' });
    this.#search.focus();
  }

  update(overview: Overview): void {
    this.#overview = overview;
    const targets = (overview.status?.targets ?? []).map(({ name }): [string, string] => [name, name]);
    offerChoices(this.#target, new Map([['', texts.any], ...targets]));
    const challenges = overview.rows.map((row): [string, string] => [row.view.challengeId, challengeName(row)]);
    const byName = challenges.sort(([, a], [, b]) => a.localeCompare(b, undefined, { numeric: true }));
    offerChoices(this.#challenge, new Map([['', texts.any], ...byName]));
    this.#draw();
  }

  /** What time alone changes. */
  tick(): void {
    for (const row of this.#rows.values()) row.tick();
  }

  #keep(shown: ContainerRow, { view }: ManagedContainer): ContainerRow {
    this.#rows.set(view.id, shown);
    return shown;
  }

  #listen(): void {
    for (const control of [this.#search, this.#state, this.#target, this.#challenge]) {
      control.addEventListener('input', () => this.#again());
    }
    this.#previous.addEventListener('click', () => this.#turn(-1));
    this.#next.addEventListener('click', () => this.#turn(1));
    this.#stop.addEventListener('click', () => this.#actions.stopThese(this.#filter(), this.#fitting));
    this.#extend.addEventListener('click', () => this.#actions.extendThese(this.#filter(), this.#fitting));
  }

  #filterBar(): HTMLElement {
    const purge = element(
      'button',
      { type: 'button', class: 'danger', click: () => this.#actions.purge() },
      texts.purge,
    );
    const buttons = element('div', { class: 'row' }, this.#extend, this.#stop, purge);
    const search = field(texts.search, this.#search);
    search.classList.add('wide');
    const selects = [
      field(texts.state, this.#state),
      field(texts.challenge, this.#challenge),
      field(texts.target, this.#target),
    ];
    return element('div', { class: 'stack' }, element('div', { class: 'filters' }, search, ...selects), buttons);
  }

  #table(): HTMLElement {
    const heads = Object.entries(texts.columns).map(([name, label]) =>
      isSortKey(name) ? this.#head(name, label) : element('th', { scope: 'col', role: 'columnheader' }, label),
    );
    return element(
      'table',
      { role: 'table' },
      element('thead', { role: 'rowgroup' }, element('tr', { role: 'row' }, ...heads)),
      this.#body,
    );
  }

  #head(key: SortKey, label: string): HTMLElement {
    const click = (): void => this.#sortBy(key);
    const head = element(
      'th',
      { scope: 'col', role: 'columnheader' },
      element('button', { type: 'button', class: 'sort', click }, label),
    );
    this.#heads.set(key, head);
    return head;
  }

  #sortBy(key: SortKey): void {
    this.#sort = { key, descending: this.#sort.key === key && !this.#sort.descending };
    this.#again();
  }

  #turn(by: number): void {
    this.#page += by;
    this.#draw();
  }

  #again(): void {
    this.#page = 0;
    this.#draw();
  }

  #filter(): Filter {
    const [search, state, target] = [this.#search.value, this.#state.value, this.#target.value];
    return { ...noFilter, search, state, target, challenge: this.#challenge.value };
  }

  #draw(): void {
    const all = this.#overview?.rows ?? [];
    const filter = this.#filter();
    this.#fitting = sorted(
      all.filter((row) => fits(row, filter)),
      this.#sort,
    );
    const pages = Math.max(1, Math.ceil(this.#fitting.length / pageSize));
    this.#page = Math.min(Math.max(0, this.#page), pages - 1);
    const shown = this.#fitting.slice(this.#page * pageSize, (this.#page + 1) * pageSize);
    this.#list.show(shown);
    this.#forget(new Set(shown.map(({ view }) => view.id)));
    this.#showCounts(all.length, pages);
    for (const [key, head] of this.#heads) {
      const order = this.#sort.descending ? 'descending' : 'ascending';
      head.setAttribute('aria-sort', key === this.#sort.key ? order : 'none');
    }
  }

  #forget(shown: ReadonlySet<string>): void {
    for (const id of this.#rows.keys()) if (!shown.has(id)) this.#rows.delete(id);
  }

  #showCounts(all: number, pages: number): void {
    const count = this.#fitting.length;
    const cut = this.#overview?.isCut ? ` ${texts.cut(mostRows)}` : '';
    setText(this.#count, this.#overview?.asOf === undefined ? '' : `${texts.count(count, all)}.${cut}`);
    setText(this.#empty, all === 0 ? texts.none : texts.noneFit);
    this.#empty.hidden = count > 0 || this.#overview?.asOf === undefined;
    setText(this.#stop, texts.stopThese(count));
    setText(this.#extend, texts.extendThese(count));
    this.#stop.disabled = count === 0;
    this.#extend.disabled = count === 0;
    this.#pager.hidden = pages === 1;
    setText(this.#pages, texts.page(this.#page + 1, pages));
    this.#previous.disabled = this.#page === 0;
    this.#next.disabled = this.#page === pages - 1;
  }
}
