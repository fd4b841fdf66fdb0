import type { HttpFunction } from './function-definition.ts';
import { HostError } from './host-error.ts';
import { compareRoutes, matchRoute, mayOverlap, parseRouteTemplate, type RouteSegment } from './route-template.ts';

interface Route {
  definition: HttpFunction;
  methods: ReadonlySet<string> | undefined;
  segments: readonly RouteSegment[];
}

interface MatchedRoute {
  definition: HttpFunction;
  params: ReadonlyMap<string, string>;
}

/** The function for a method and a path's decoded segments, if any. */
export type FindRoute = (method: string, path: readonly string[]) => MatchedRoute | undefined;

// Azure keeps these for itself.
const RESERVED = ['admin', 'runtime'];

/**
 * Lays out the routes of an app's HTTP functions under host.json's prefix. A method that no matching route allows finds
 * nothing, so that it is 404 and not 405, as in Azure.
 * @throws {HostError} `route-invalid`, or `route-order` where Azure would choose another function than this host
 */
export function createRoutes(functions: readonly HttpFunction[], routePrefix: string): FindRoute {
  const routes = functions.map((definition) => createRoute(definition, routePrefix));
  for (const route of routes) requireSameOrderInAzure(route, routes);
  routes.sort((left, right) => compareRoutes(left.segments, right.segments));
  return (method, path) => {
    for (const { definition, methods, segments } of routes) {
      if (methods && !methods.has(method)) continue;
      const params = matchRoute(segments, path);
      if (params) return { definition, params };
    }
    return undefined;
  };
}

function createRoute(definition: HttpFunction, routePrefix: string): Route {
  const { route, methods } = definition.trigger;
  const segments = parseRouteTemplate(route === undefined || route === '' ? definition.name : route);
  const [first] = segments;
  if (first?.kind === 'literal' && RESERVED.includes(first.text.toLowerCase())) {
    const message = `Function ${definition.name}: routes that begin with ${first.text} are reserved`;
    throw new HostError('route-invalid', message, { functionName: definition.name });
  }
  const prefix = parseRouteTemplate(routePrefix);
  return { definition, methods: methods && new Set(methods), segments: [...prefix, ...segments] };
}

/**
 * Azure tries routes by the alphabet of their functions' names, whatever the templates say. An app that would then
 * reach another function than the template suggests works here and breaks there, so it does not start.
 */
function requireSameOrderInAzure(route: Route, routes: readonly Route[]): void {
  const wronglyFirst = routes.find(
    (other) => isSooner(other, route) && overlaps(other, route) && isMoreSpecific(route, other),
  );
  if (!wronglyFirst) return;
  const [specific, general] = [route.definition.name, wronglyFirst.definition.name];
  throw new HostError(
    'route-order',
    `Azure sorts routes by function name: ${general} would take the requests meant for ${specific}. Rename one of them`,
    { specific, general },
  );
}

function isSooner(one: Route, other: Route): boolean {
  return one.definition.name.toLowerCase() < other.definition.name.toLowerCase();
}

function isMoreSpecific(one: Route, other: Route): boolean {
  return compareRoutes(one.segments, other.segments) < 0;
}

function overlaps(one: Route, other: Route): boolean {
  const shareMethod = !one.methods || !other.methods || !one.methods.isDisjointFrom(other.methods);
  return shareMethod && mayOverlap(one.segments, other.segments);
}
