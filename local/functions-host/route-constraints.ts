import { HostError } from './host-error.ts';

/** Whether a route value is one that the constraint lets through. */
export type RouteConstraint = (value: string) => boolean;

const GUID = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i;
const GUID_DIGITS_ONLY = /^[0-9a-f]{32}$/i;

const CONSTRAINTS: Readonly<Record<string, (text: string) => RouteConstraint>> = {
  int: () => (value) => isIntegerWithin(value, -(2 ** 31), 2 ** 31 - 1),
  long: () => (value) => isIntegerWithin(value, -(2n ** 63n), 2n ** 63n - 1n),
  bool: () => (value) => /^(?:true|false)$/i.test(value),
  guid: () => (value) => GUID.test(value.replace(/^[{(]([^{}()]*)[})]$/, '$1')) || GUID_DIGITS_ONLY.test(value),
  alpha: () => (value) => /^[a-z]*$/i.test(value),
  length: (text) => {
    const [least = Number.NaN, most = least] = numbersIn(text);
    return (value) => value.length >= least && value.length <= most;
  },
  minlength: (text) => (value) => value.length >= Number(text),
  maxlength: (text) => (value) => value.length <= Number(text),
  min: (text) => (value) => isIntegerWithin(value, Number(text), Number.MAX_SAFE_INTEGER),
  max: (text) => (value) => isIntegerWithin(value, Number.MIN_SAFE_INTEGER, Number(text)),
  range: (text) => {
    const [least = Number.NaN, most = Number.NaN] = numbersIn(text);
    return (value) => isIntegerWithin(value, least, most);
  },
  // As in ASP.NET: any case, and not anchored unless the expression says so.
  regex: (text) => {
    const expression = parseExpression(text);
    return (value) => expression.test(value);
  },
};

/**
 * The constraint that a route template names, such as `int` or `length` with `1,20`.
 * @throws {HostError} `route-invalid` if this host does not know it
 */
export function createRouteConstraint(name: string, text: string): RouteConstraint {
  const create = Object.hasOwn(CONSTRAINTS, name.toLowerCase()) ? CONSTRAINTS[name.toLowerCase()] : undefined;
  if (!create) throw new HostError('route-invalid', `Unknown route constraint ${name}`, { constraint: name });
  return create(text);
}

function parseExpression(text: string): RegExp {
  try {
    return new RegExp(text, 'i');
  } catch (error) {
    throw new HostError(
      'route-invalid',
      `Route constraint regex(${text}) is no expression`,
      { constraint: text },
      error,
    );
  }
}

function numbersIn(text: string): number[] {
  return text.split(',').map(Number);
}

function isIntegerWithin(value: string, least: number | bigint, most: number | bigint): boolean {
  if (!/^[+-]?\d+$/.test(value)) return false;
  const number = BigInt(value.replace(/^\+/, ''));
  return number >= least && number <= most;
}
