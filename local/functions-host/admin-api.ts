import type { IncomingMessage } from 'node:http';
import { z } from 'zod';
import type { FunctionDefinition } from './function-definition.ts';
import { readBody } from './http-request.ts';
import { emptyAnswer, type HttpAnswer } from './http-response.ts';

const triggerRequest = z.object({ input: z.string().default('') });
const TRIGGER_BODY_LIMIT_BYTES = 64 * 1024;

/** The host as seen by whoever operates it. */
export interface AdminApiOptions {
  status: () => Record<string, unknown>;
  /** Functions that may be started by hand, as in Azure: those that HTTP does not start already. */
  functions: readonly FunctionDefinition[];
  /** Starts a function in the background; what becomes of it is in the log. */
  trigger: (definition: FunctionDefinition, input: string) => void;
  hasMasterKey: (request: IncomingMessage) => boolean;
}

/**
 * `GET /admin/host/status` (open, as under Core Tools) and `POST /admin/functions/{name}` with `{"input": text}` and
 * the master key, which starts a queue or timer function now and answers 202.
 */
export function createAdminApi(
  options: AdminApiOptions,
): (request: IncomingMessage, path: readonly string[]) => Promise<HttpAnswer> {
  return async (request, path) => {
    const [, area, name, ...more] = path;
    if (more.length > 0) return emptyAnswer(404);
    if (request.method === 'GET' && area === 'host' && name === 'status') return jsonAnswer(options.status());
    if (request.method === 'POST' && area === 'functions' && name !== undefined)
      return triggerByHand(options, request, name);
    return emptyAnswer(404);
  };
}

async function triggerByHand(options: AdminApiOptions, request: IncomingMessage, name: string): Promise<HttpAnswer> {
  if (!options.hasMasterKey(request)) return emptyAnswer(401);
  const definition = options.functions.find((one) => one.name.toLowerCase() === name.toLowerCase());
  if (!definition) return emptyAnswer(404);
  const input = parseInput(await readBody(request, TRIGGER_BODY_LIMIT_BYTES));
  if (input === undefined) return emptyAnswer(400);
  options.trigger(definition, input);
  return emptyAnswer(202);
}

function parseInput(body: Uint8Array | 'too-large'): string | undefined {
  if (body === 'too-large') return undefined;
  try {
    return triggerRequest.parse(JSON.parse(Buffer.from(body).toString())).input;
  } catch {
    // Whatever is wrong with it, the caller's body is a bad request.
    return undefined;
  }
}

function jsonAnswer(value: Record<string, unknown>): HttpAnswer {
  return { status: 200, headers: { 'content-type': 'application/json' }, body: Buffer.from(JSON.stringify(value)) };
}
