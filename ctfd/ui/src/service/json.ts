/** Small parsers for what comes over the wire. Each gives undefined for what is not of its shape. */
export type Json = Readonly<Record<string, unknown>>;

export function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null;
}

export function text(source: Json, name: string): string | undefined {
  const value = source[name];
  return typeof value === 'string' ? value : undefined;
}

export function number(source: Json, name: string): number | undefined {
  const value = source[name];
  return typeof value === 'number' ? value : undefined;
}

/** Only what says so. */
export function flag(source: Json, name: string): boolean {
  return source[name] === true;
}

/** What is no object is an empty one. */
export function asObject(value: unknown): Json {
  return isObject(value) ? value : {};
}

export function object(source: Json, name: string): Json {
  return asObject(source[name]);
}

/** The items of a list that have the shape; what is no list has none. */
export function list<T>(source: Json, name: string, parse: (item: Json) => T | undefined): T[] {
  const value = source[name];
  if (!Array.isArray(value)) return [];
  return value.flatMap((item: unknown) => parse(asObject(item)) ?? []);
}

/** Undefined for what is not JSON. */
export function parseJson(source: string): unknown {
  try {
    return JSON.parse(source);
  } catch {
    return undefined;
  }
}
