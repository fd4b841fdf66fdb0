import { z } from 'zod';
import { Problem } from './api-schemas.ts';
import type { Route } from './route.ts';

type Json = Readonly<Record<string, unknown>>;

const accessText = {
  open: 'Open to everybody.',
  player: 'Needs a player’s token: of this challenge, or the owner’s for list, state and stop.',
  service: 'Needs the front end’s or an organiser’s token.',
  admin: 'Needs an organiser’s token.',
} as const;

const Properties = z.object({
  properties: z.record(z.string(), z.unknown()).optional(),
  required: z.array(z.string()).optional(),
});

const shapes = '#/components/schemas/';

const Converted = z.looseObject({ $defs: z.record(z.string(), z.unknown()).default({}) });

/** References to shared shapes lead to the document's components. */
function referring(json: unknown): unknown {
  return JSON.parse(JSON.stringify(json), (key, value: unknown) =>
    key === '$ref' && typeof value === 'string' ? value.replace('#/$defs/', shapes) : value,
  );
}

function convert(schema: z.ZodType, io: 'input' | 'output'): z.infer<typeof Converted> {
  return Converted.parse(referring(z.toJSONSchema(schema, { io, unrepresentable: 'any', reused: 'inline' })));
}

/** `input` for what is sent, with defaults optional; `output` for what is answered. */
function schemaOf(schema: z.ZodType, io: 'input' | 'output'): Json {
  const { $schema: _dialect, $defs: _shared, ...own } = convert(schema, io);
  return own;
}

/** Shapes that several answers share stand once, under components. */
function sharedShapes(routes: readonly Route[]): Json {
  const answered = routes.flatMap((route) => Object.values(route.answers));
  return Object.fromEntries(
    [Problem, ...answered].flatMap((schema) => Object.entries(convert(schema, 'output').$defs)),
  );
}

function parameters(schema: z.ZodType, where: 'path' | 'query'): Json[] {
  const parsed = Properties.parse(schemaOf(schema, 'input'));
  return Object.entries(parsed.properties ?? {}).map(([name, property]) => ({
    name,
    in: where,
    required: where === 'path' || (parsed.required ?? []).includes(name),
    schema: property,
  }));
}

function content(schema: Json): Json {
  return { 'application/json': { schema } };
}

function answers(route: Route): Json {
  const good = Object.entries(route.answers).map(([status, schema]) => [
    status,
    {
      description: status === '202' ? 'Accepted; ask for its state.' : 'Done.',
      content: content(schemaOf(schema, 'output')),
    },
  ]);
  const problem = {
    description: 'A problem with a stable code.',
    content: { 'application/problem+json': { schema: { $ref: `${shapes}Problem` } } },
  };
  return { ...Object.fromEntries(good), default: problem };
}

function operation(route: Route): Json {
  const takesBody = Object.keys(schemaOf(route.body, 'input')).length > 0;
  return {
    operationId: route.name,
    summary: route.summary,
    description: accessText[route.access],
    ...(route.access !== 'open' && { security: [{ token: [] }] }),
    parameters: [...parameters(route.params, 'path'), ...parameters(route.query, 'query')],
    ...(takesBody && { requestBody: { required: true, content: content(schemaOf(route.body, 'input')) } }),
    responses: answers(route),
  };
}

function paths(routes: readonly Route[]): Json {
  const names = [...new Set(routes.map((route) => route.path))];
  const methods = (path: string) =>
    routes.filter((route) => route.path === path).map((route) => [route.method.toLowerCase(), operation(route)]);
  return Object.fromEntries(names.map((path) => [`/api/${path}`, Object.fromEntries(methods(path))]));
}

/** The OpenAPI 3.1 document, made from the very schemas that parse the requests. */
export function openapiDocument(routes: readonly Route[], version: string): Json {
  return {
    openapi: '3.1.0',
    info: {
      title: 'Berth',
      version,
      description: 'A challenge container of their own for every player of a capture-the-flag event.',
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: '/' }],
    paths: paths(routes),
    components: {
      securitySchemes: { token: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' } },
      schemas: sharedShapes(routes),
    },
  };
}
