import { describe, expect, test } from 'vitest';
import { type HttpFunction, parseFunctionDefinition } from '../../../local/functions-host/function-definition.ts';
import { matchRoute, parseRouteTemplate } from '../../../local/functions-host/route-template.ts';
import { createRoutes } from '../../../local/functions-host/routes.ts';

function httpFunction(name: string, route: string, methods?: string[]): HttpFunction {
  const metadata = { name, bindings: { in: { type: 'httpTrigger', direction: 'in', route, methods } } };
  const parsed = parseFunctionDefinition(metadata, () => undefined);
  if (parsed.trigger.kind !== 'http') throw new Error('not an HTTP function');
  return { ...parsed, trigger: parsed.trigger };
}

function match(template: string, path: string): Record<string, string> | undefined {
  const values = matchRoute(parseRouteTemplate(template), path.split('/'));
  return values && Object.fromEntries(values);
}

describe('a template', () => {
  test.each([
    ['a/{b}', 'a/x', { b: 'x' }],
    ['a/{b}', 'A/x', { b: 'x' }],
    ['a/{b}', 'a', undefined],
    ['a/{b}', 'a/', undefined],
    ['a/{b}', 'a/x/y', undefined],
    ['a/{b?}', 'a', {}],
    ['a/{b?}', 'a/x', { b: 'x' }],
    ['a/{*rest}', 'a/x/y', { rest: 'x/y' }],
    ['a/{**rest}', 'a', { rest: '' }],
    ['{b:int}', '-12', { b: '-12' }],
    ['{b:int}', '2147483648', undefined],
    ['{b:int}', '1.5', undefined],
    ['{b:long}', '2147483648', { b: '2147483648' }],
    ['{b:guid}', '123e4567-e89b-12d3-a456-426614174000', { b: '123e4567-e89b-12d3-a456-426614174000' }],
    ['{b:guid}', '123e4567-e89b-12d3-a456-42661417400', undefined],
    ['{b:alpha}', 'abC', { b: 'abC' }],
    ['{b:alpha}', 'ab1', undefined],
    ['{b:bool}', 'True', { b: 'True' }],
    ['{b:length(3)}', 'abc', { b: 'abc' }],
    ['{b:length(3)}', 'ab', undefined],
    ['{b:length(1,2)}', 'ab', { b: 'ab' }],
    ['{b:length(1,2)}', 'abc', undefined],
    ['{b:minlength(2):maxlength(3)}', 'a', undefined],
    ['{b:minlength(2):maxlength(3)}', 'abcd', undefined],
    ['{b:int:range(1,5)}', '5', { b: '5' }],
    ['{b:range(1,5)}', '6', undefined],
    ['{b:min(3)}', '2', undefined],
    ['{b:max(3)}', '3', { b: '3' }],
    ['{b:regex(^u(a|b)-\\d{{2}}$)}', 'UB-12', { b: 'UB-12' }],
    ['{b:regex(^u(a|b)-\\d{{2}}$)}', 'ub-1', undefined],
    ['{b:regex(^[^/]+$):maxlength(2)?}', 'abc', undefined],
  ])('%s and %s give %j', (template, path, values) => {
    expect(match(template, path)).toEqual(values);
  });

  test.each(['{b=1}', 'a{b}', '{b}.json', '{b:strange}', '{b:regex([)}', '{b?}/c', '{*b}/c', '{b:int'])(
    '%s is refused',
    (template) => {
      expect(() => parseRouteTemplate(template)).toThrow(expect.objectContaining({ code: 'route-invalid' }));
    },
  );
});

describe('routes', () => {
  const find = createRoutes(
    [
      httpFunction('z-rest', 'items/{*rest}'),
      httpFunction('y-any', 'items/{name}', ['get', 'put']),
      httpFunction('b-number', 'items/{id:int}', ['GET']),
      httpFunction('a-literal', 'items/mine', ['GET']),
      httpFunction('alone', ''),
    ],
    'api/v1',
  );
  const found = (method: string, path: string) => find(method, path.split('/'))?.definition.name;

  test.each([
    ['GET', 'api/v1/items/mine', 'a-literal'],
    ['GET', 'api/v1/items/12', 'b-number'],
    ['GET', 'api/v1/items/other', 'y-any'],
    ['PUT', 'api/v1/items/mine', 'y-any'],
    ['POST', 'api/v1/items/mine', 'z-rest'],
    ['GET', 'api/v1/items/a/b', 'z-rest'],
    ['POST', 'api/v1/alone', 'alone'],
    ['GET', 'items/mine', undefined],
  ])('%s %s goes to %s', (method, path, name) => {
    expect(found(method, path)).toBe(name);
  });

  test.each([
    [
      ['a', 'items/{name}'],
      ['b', 'items/mine'],
    ],
    [
      ['a', 'items/{name}'],
      ['b', 'items/{id:int}'],
    ],
    [
      ['a', '{x}/list'],
      ['b', 'items/{id:alpha}'],
    ],
    [
      ['a', 'items/{*rest}'],
      ['b', 'items/{x}/y'],
    ],
    [
      ['a', '{x?}'],
      ['b', 'items'],
    ],
  ])(
    '%j before %j by name is refused, since Azure would never reach the second',
    ([name = '', route = ''], [other = '', otherRoute = '']) => {
      const create = (first: string, second: string) => () =>
        createRoutes([httpFunction(first, route), httpFunction(second, otherRoute)], 'api');
      expect(create(name, other)).toThrow(expect.objectContaining({ code: 'route-order' }));
      expect(create(other, name)).not.toThrow();
    },
  );

  test('functions that share no request may have any names', () => {
    const functions = [
      httpFunction('a', 'items/{name}', ['GET']),
      httpFunction('b', 'items/mine', ['POST']),
      httpFunction('c', 'items/{name}/parts', ['GET']),
      httpFunction('d', 'items/{id:int}/other', ['GET']),
      httpFunction('e', 'others/{id:int}', ['GET']),
    ];
    expect(() => createRoutes(functions, 'api')).not.toThrow();
  });
});
