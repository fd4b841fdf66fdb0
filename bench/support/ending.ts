/** Runs `work` with something that has to be ended afterwards, whatever comes of it. */
export async function ending<T, R>(
  opened: Promise<T>,
  end: (thing: T) => Promise<unknown>,
  work: (thing: T) => Promise<R>,
): Promise<R> {
  const thing = await opened;
  try {
    return await work(thing);
  } finally {
    await end(thing);
  }
}
