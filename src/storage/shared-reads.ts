/**
 * Who asks while a read is under way shares the next one with all who come meanwhile: it begins after they asked, so
 * it is as fresh as a read of their own.
 */
export class SharedReads<T> {
  readonly #running = new Map<string, Promise<unknown>>();
  readonly #next = new Map<string, Promise<T>>();

  read(key: string, run: () => Promise<T>): Promise<T> {
    const next = this.#next.get(key);
    if (next !== undefined) return next;
    const running = this.#running.get(key);
    if (running === undefined) return this.#begin(key, run);
    const after = running.then(() => {
      this.#next.delete(key);
      return this.#begin(key, run);
    });
    this.#next.set(key, after);
    return after;
  }

  #begin(key: string, run: () => Promise<T>): Promise<T> {
    const reading = run();
    const ended = reading.then(
      () => undefined,
      () => undefined,
    );
    this.#running.set(key, ended);
    void ended.then(() => {
      if (this.#running.get(key) === ended) this.#running.delete(key);
    });
    return reading;
  }
}
