import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { openapiDocument } from '../../src/functions/openapi.ts';
import { routes } from '../../src/functions/routes.ts';
import { version } from '../../src/version.ts';

const Operation = z.looseObject({
  operationId: z.string(),
  parameters: z.array(z.object({ name: z.string(), in: z.enum(['path', 'query']), required: z.boolean() })),
  requestBody: z.unknown().optional(),
  security: z.unknown().optional(),
  responses: z.record(z.string(), z.unknown()),
});
const Document = z.looseObject({
  openapi: z.string(),
  paths: z.record(z.string(), z.record(z.string(), Operation)),
  components: z.object({ schemas: z.record(z.string(), z.unknown()), securitySchemes: z.unknown() }),
});

const generated = openapiDocument(routes, version);
const document = Document.parse(generated);
const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ path, method, ...operation })),
);

test('docs/openapi.json is what the routes say (npm run openapi writes it anew)', async () => {
  const written = await readFile(new URL('../../docs/openapi.json', import.meta.url), 'utf8');
  expect(JSON.parse(written)).toEqual(JSON.parse(JSON.stringify(generated)));
});

test('every route stands in it once, with its success and its problem', () => {
  expect(operations.map(({ operationId }) => operationId).toSorted()).toEqual(
    routes.map(({ name }) => name).toSorted(),
  );
  for (const route of routes) {
    const operation = document.paths[`/api/${route.path}`]?.[route.method.toLowerCase()];
    expect(Object.keys(operation?.responses ?? {})).toEqual([...Object.keys(route.answers), 'default']);
  }
});

test('every reference leads to a shape of the document', () => {
  const references = [...JSON.stringify(generated).matchAll(/"\$ref":"([^"]+)"/g)].map((match) => match[1]);
  expect(references.length).toBeGreaterThan(routes.length);
  const shapes = Object.keys(document.components.schemas).map((name) => `#/components/schemas/${name}`);
  expect(references.filter((reference) => !shapes.includes(reference ?? ''))).toEqual([]);
});

test('a shared shape is the shape itself, not a reference to it', () => {
  expect(Object.keys(document.components.schemas).toSorted()).toEqual([
    'CheckedContainer',
    'Container',
    'Endpoint',
    'ManagedContainer',
    'Problem',
  ]);
  for (const shape of Object.values(document.components.schemas)) expect(shape).toMatchObject({ type: 'object' });
});

test('the parameters of a path are those in its braces', () => {
  for (const { path, parameters } of operations) {
    const inBraces = [...path.matchAll(/\{(\w+)\}/g)].map((match) => match[1]);
    const declared = parameters.filter((parameter) => parameter.in === 'path');
    expect([path, declared.map(({ name }) => name)]).toEqual([path, inBraces]);
    expect(declared.filter(({ required }) => !required)).toEqual([]);
  }
});

test('only what is open to everybody asks for no token', () => {
  const open = operations.filter(({ security }) => security === undefined).map(({ operationId }) => operationId);
  expect(open).toEqual(['get-health', 'get-openapi']);
});

test('what a client may leave out is not required of it', () => {
  const { post } = document.paths['/api/manage/containers/actions'] ?? {};
  expect(post?.requestBody).toMatchObject({ content: { 'application/json': { schema: { required: ['action'] } } } });
});

test('a GET takes no body', () => {
  for (const { method, operationId, requestBody } of operations) {
    if (method === 'get') expect([operationId, requestBody]).toEqual([operationId, undefined]);
  }
});
