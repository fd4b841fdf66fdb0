/** One item's place in the page. */
export interface Shown<T> {
  readonly node: HTMLElement;
  update(item: T): void;
}

/** Brings a list up to date in place: what stays is neither built again nor moved without need. */
export class KeyedList<T> {
  readonly #host: HTMLElement;
  readonly #keyOf: (item: T) => string;
  readonly #make: (item: T) => Shown<T>;
  readonly #shown = new Map<string, Shown<T>>();

  constructor(host: HTMLElement, keyOf: (item: T) => string, make: (item: T) => Shown<T>) {
    this.#host = host;
    this.#keyOf = keyOf;
    this.#make = make;
  }

  show(items: readonly T[]): void {
    const keys = new Set(items.map(this.#keyOf));
    for (const [key, { node }] of this.#shown) {
      if (keys.has(key)) continue;
      node.remove();
      this.#shown.delete(key);
    }
    for (const [place, item] of items.entries()) this.#put(item, place);
  }

  #put(item: T, place: number): void {
    const key = this.#keyOf(item);
    const shown = this.#shown.get(key) ?? this.#make(item);
    this.#shown.set(key, shown);
    shown.update(item);
    const there = this.#host.children[place];
    if (there !== shown.node) this.#host.insertBefore(shown.node, there ?? null);
  }
}
