import { HostError } from './host-error.ts';
import { createRouteConstraint, type RouteConstraint } from './route-constraints.ts';

export type RouteSegment =
  | { kind: 'literal'; text: string }
  | { kind: 'parameter'; name: string; isOptional: boolean; constraints: readonly RouteConstraint[] }
  | { kind: 'rest'; name: string; constraints: readonly RouteConstraint[] };

const PARAMETER = /^\{(?<stars>\*{0,2})(?<name>[A-Za-z_][\w-]*)(?<constraints>.*?)(?<optional>\??)\}$/;
const CONSTRAINT = /:([A-Za-z]+)(?:\((.*?)\)(?=:|$))?/gy;

/**
 * Parses an ASP.NET route template as far as Functions apps use it: `items/{id:int}`, `items/{id?}`, `files/{*path}`.
 * @throws {HostError} `route-invalid` for what this host does not follow (default values, a parameter inside a segment)
 */
export function parseRouteTemplate(template: string): RouteSegment[] {
  const segments = splitTemplate(template).map((text) => parseSegment(template, text));
  const last = segments.length - 1;
  segments.forEach((segment, index) => {
    const mustBeLast = segment.kind === 'rest' || (segment.kind === 'parameter' && segment.isOptional);
    if (mustBeLast && index !== last) throw invalid(template, 'an optional or catch-all parameter comes last');
  });
  return segments;
}

/** The values of a path's decoded segments under a template, or undefined if it does not match. */
export function matchRoute(
  template: readonly RouteSegment[],
  path: readonly string[],
): Map<string, string> | undefined {
  const values = new Map<string, string>();
  for (const [index, segment] of template.entries()) {
    if (segment.kind === 'rest') {
      const rest = path.slice(index).join('/');
      if (!satisfies(segment.constraints, rest)) return undefined;
      return values.set(segment.name, rest);
    }
    const text = path[index];
    if (text === undefined) {
      if (segment.kind === 'parameter' && segment.isOptional) return values;
      return undefined;
    }
    if (!matchSegment(segment, text)) return undefined;
    if (segment.kind === 'parameter') values.set(segment.name, text);
  }
  return path.length > template.length ? undefined : values;
}

/** Sorts templates as ASP.NET does: literal before constrained parameter before parameter before catch-all. */
export function compareRoutes(left: readonly RouteSegment[], right: readonly RouteSegment[]): number {
  for (let index = 0; index < Math.max(left.length, right.length); index++) {
    const difference = rank(left[index]) - rank(right[index]);
    if (difference !== 0) return difference;
  }
  return 0;
}

/** Whether some path could match both templates; two constraints are taken to have a value in common. */
export function mayOverlap(left: readonly RouteSegment[], right: readonly RouteSegment[], index = 0): boolean {
  const [one, other] = [left[index], right[index]];
  if (one === undefined || other === undefined) return mayBeAbsent(one) && mayBeAbsent(other);
  if (one.kind === 'rest' || other.kind === 'rest') return true;
  if (mayBeAbsent(one) && mayBeAbsent(other)) return true;
  return mayBeSame(one, other) && mayOverlap(left, right, index + 1);
}

function mayBeAbsent(segment: RouteSegment | undefined): boolean {
  if (segment === undefined || segment.kind === 'rest') return true;
  return segment.kind === 'parameter' && segment.isOptional;
}

function mayBeSame(one: RouteSegment, other: RouteSegment): boolean {
  if (one.kind === 'literal') return matchSegment(other, one.text);
  if (other.kind === 'literal') return matchSegment(one, other.text);
  return true;
}

function matchSegment(segment: RouteSegment, text: string): boolean {
  if (segment.kind === 'literal') return segment.text.toLowerCase() === text.toLowerCase();
  return text !== '' && satisfies(segment.constraints, text);
}

function satisfies(constraints: readonly RouteConstraint[], value: string): boolean {
  return constraints.every((constraint) => constraint(value));
}

function rank(segment: RouteSegment | undefined): number {
  if (segment === undefined) return 0;
  if (segment.kind === 'literal') return 1;
  const isConstrained = segment.constraints.length > 0;
  if (segment.kind === 'parameter') return isConstrained ? 2 : 3;
  return isConstrained ? 4 : 5;
}

function parseSegment(template: string, text: string): RouteSegment {
  if (!/[{}]/.test(text)) return { kind: 'literal', text };
  // Doubled braces stand for one of them, as in {code:regex(^\d{{4}}$)}.
  const parts = PARAMETER.exec(text.replaceAll('{{', '{').replaceAll('}}', '}'))?.groups;
  if (!parts) throw invalid(template, `${text} is not a literal and not one parameter`);
  const { stars = '', name = '', optional = '', constraints: constraintText = '' } = parts;
  const constraints = parseConstraints(template, constraintText);
  if (stars !== '') return { kind: 'rest', name, constraints };
  return { kind: 'parameter', name, isOptional: optional === '?', constraints };
}

function parseConstraints(template: string, text: string): RouteConstraint[] {
  const found = [...text.matchAll(CONSTRAINT)];
  if (found.map(([whole]) => whole).join('') !== text) throw invalid(template, `${text} cannot be understood`);
  return found.map(([, name = '', argument = '']) => createRouteConstraint(name, argument));
}

/** Splits at slashes, but not at those inside a parameter's regular expression. */
function splitTemplate(template: string): string[] {
  const trimmed = template.replace(/^\/|\/$/g, '');
  if (trimmed === '') return [];
  let depth = 0;
  let current = '';
  const segments: string[] = [];
  for (const character of trimmed) {
    if (character === '{') depth++;
    if (character === '}') depth--;
    if (character === '/' && depth === 0) segments.push(current);
    current = character === '/' && depth === 0 ? '' : current + character;
  }
  return [...segments, current];
}

function invalid(template: string, reason: string): HostError {
  return new HostError('route-invalid', `Route template ${template}: ${reason}`, { template });
}
