/** Lets a task run when fewer than so many of its kind do; the others wait in the order they came. */
type TakeTurn = <T>(task: () => Promise<T>) => Promise<T>;

export function turns(atOnce: number): TakeTurn {
  let running = 0;
  const waiting: (() => void)[] = [];
  return async (task) => {
    if (running >= atOnce) await new Promise<void>((resolve) => waiting.push(resolve));
    else running += 1;
    try {
      return await task();
    } finally {
      const next = waiting.shift();
      // The turn is handed on: counting it free in between would let a newcomer jump the line.
      if (next) next();
      else running -= 1;
    }
  };
}
