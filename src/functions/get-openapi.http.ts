import { z } from 'zod';
import { bare, openRoute, reply } from './route.ts';

export const getOpenapiRoute = openRoute({
  ...bare,
  name: 'get-openapi',
  method: 'GET',
  path: 'openapi.json',
  summary: 'This API as an OpenAPI 3.1 document.',
  answers: { 200: z.object({}).catchall(z.unknown()) },
  async handle({ api }) {
    return reply(200, api.openapi());
  },
});
