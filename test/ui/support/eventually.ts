/** For what takes real time: the browser and the network. */
export const patience = { timeout: 25_000, interval: 20 };

/** Asks until the answer will do; what it was at last stands in the error. */
export async function eventually<T>(ask: () => Promise<T> | T, will: (answer: T) => boolean, what: string): Promise<T> {
  const end = performance.now() + patience.timeout;
  for (;;) {
    const answer = await ask();
    if (will(answer)) return answer;
    if (performance.now() > end) throw new Error(`Not in time: ${what}. At last it was: ${String(answer)}`);
    await new Promise((resolve) => setTimeout(resolve, patience.interval));
  }
}
