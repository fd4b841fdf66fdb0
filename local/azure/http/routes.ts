export type RouteParameters = ReadonlyMap<string, string>;

/** `pattern` segments starting with a colon are parameters; the others match whatever their case, as in ARM. */
export interface Route<Handle> {
  readonly method: string;
  readonly pattern: string;
  readonly handle: Handle;
}

export type Found<R> = { readonly route: R; readonly parameters: RouteParameters };

/** The first route that fits, `wrong-method` if only the path fits, undefined if nothing does. */
export function findRoute<R extends Route<unknown>>(
  routes: readonly R[],
  method: string,
  path: string,
): Found<R> | 'wrong-method' | undefined {
  let known = false;
  for (const route of routes) {
    const parameters = match(route.pattern, path);
    if (parameters && route.method === method) return { route, parameters };
    known ||= parameters !== undefined;
  }
  return known ? 'wrong-method' : undefined;
}

function match(pattern: string, path: string): RouteParameters | undefined {
  const wanted = pattern.split('/');
  const given = path.replace(/\/$/, '').split('/');
  if (wanted.length !== given.length) return undefined;
  const parameters = new Map<string, string>();
  for (const [index, segment] of wanted.entries()) {
    const value = decoded(given[index] ?? '');
    if (value === undefined) return undefined;
    if (segment.startsWith(':')) parameters.set(segment.slice(1), value);
    else if (segment.toLowerCase() !== value.toLowerCase()) return undefined;
  }
  return parameters;
}

function decoded(segment: string): string | undefined {
  try {
    return decodeURIComponent(segment);
  } catch {
    // A malformed escape names nothing that exists, so it is no match.
    return undefined;
  }
}

/** A parameter that the route's own pattern declares. */
export function parameter(parameters: RouteParameters, name: string): string {
  const value = parameters.get(name);
  if (value === undefined) throw new Error(`the route declares no parameter '${name}'`);
  return value;
}
