import { z } from 'zod';
import { openapiDocument } from '../../../src/functions/openapi.ts';
import type { Access, Route } from '../../../src/functions/route.ts';
import { routes } from '../../../src/functions/routes.ts';

/** An operation of the OpenAPI document, with the route that is to keep what it says. */
export interface Operation {
  readonly name: string;
  readonly method: string;
  /** With `{parameters}`. */
  readonly path: string;
  readonly access: Access;
  readonly inPath: readonly Parameter[];
  readonly inQuery: readonly Parameter[];
  readonly body: unknown;
  readonly answers: Route['answers'];
}

export interface Parameter {
  readonly name: string;
  readonly required: boolean;
  readonly schema: unknown;
}

const Document = z.object({
  paths: z.record(
    z.string(),
    z.record(
      z.string(),
      z.object({
        operationId: z.string(),
        parameters: z.array(z.object({ name: z.string(), in: z.string(), required: z.boolean(), schema: z.unknown() })),
        requestBody: z
          .object({ content: z.object({ 'application/json': z.object({ schema: z.unknown() }) }) })
          .optional(),
      }),
    ),
  ),
});

function routeOf(name: string): Route {
  const route = routes.find((each) => each.name === name);
  if (route === undefined) throw new Error(`the document names ${name}, which is no route`);
  return route;
}

/** From the document that clients get, not from the routes: so what it does not say is not asked either. */
export function readOperations(): readonly Operation[] {
  const { paths } = Document.parse(openapiDocument(routes, 'fuzz'));
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { operationId: name, parameters, requestBody }]) => {
      const { access, answers } = routeOf(name);
      return {
        name,
        method: method.toUpperCase(),
        path,
        access,
        inPath: parameters.filter((parameter) => parameter.in === 'path'),
        inQuery: parameters.filter((parameter) => parameter.in === 'query'),
        body: requestBody?.content['application/json'].schema,
        answers,
      };
    }),
  );
}
