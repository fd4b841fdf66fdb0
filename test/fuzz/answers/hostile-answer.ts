import type { ServerResponse } from 'node:http';
import fc from 'fast-check';
import { applyEdits, type Edit, edit } from '../edits.ts';
import { hostileJson, hostileText } from '../hostile-values.ts';

/** What an engine or an Azure that is in order answers. */
export interface RightAnswer {
  readonly status: number;
  readonly body?: unknown;
  /** In the place of JSON. */
  readonly bytes?: Buffer;
}

/** What comes instead. */
export type HostileAnswer =
  | { readonly is: 'json'; readonly status: number; readonly value: unknown }
  | { readonly is: 'edited'; readonly status: number | undefined; readonly edits: readonly Edit[] }
  | { readonly is: 'text'; readonly status: number; readonly text: string; readonly type: string }
  | { readonly is: 'cut short'; readonly status: number; readonly part: number }
  | { readonly is: 'huge'; readonly status: number; readonly megabytes: number }
  | { readonly is: 'redirect'; readonly to: string }
  | { readonly is: 'no HTTP'; readonly text: string }
  | { readonly is: 'reset' | 'reset after the head' | 'silence' | 'drip' };

const statuses = [
  200, 200, 200, 201, 202, 204, 206, 304, 400, 401, 403, 404, 404, 405, 408, 409, 413, 418, 422, 423, 429, 500, 502,
  503, 504, 599,
];
const status = fc.constantFrom(...statuses);

const page =
  "<!DOCTYPE html><html><head><title>Error</title></head><body>It broke. Call 'ResourceNotFound': nobody.</body></html>";
const texts = fc.oneof(
  fc.constantFrom(page, '', 'null', '[]', '{}', '{"error":', 'OK', '\ufeff{}', '{"value":null}'),
  hostileText,
);

export const hostileAnswer: fc.Arbitrary<HostileAnswer> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({ is: fc.constant('json' as const), status, value: fc.oneof(hostileJson, errorBody()) }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      is: fc.constant('edited' as const),
      status: fc.option(status, { nil: undefined }),
      edits: fc.array(edit, { minLength: 1, maxLength: 3 }),
    }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      is: fc.constant('text' as const),
      status,
      text: texts,
      type: fc.constantFrom('text/html', 'application/json', 'text/plain', 'application/octet-stream', ''),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      is: fc.constant('cut short' as const),
      status,
      part: fc.double({ min: 0, max: 0.99, noNaN: true }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      is: fc.constant('redirect' as const),
      to: fc.constantFrom('/', 'http://127.0.0.1:9/', 'file:///etc', '//127.0.0.1:9', ''),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      is: fc.constant('no HTTP' as const),
      text: fc.constantFrom(
        '',
        'HTTP/1.1',
        'HTTP/1.1 abc\r\n\r\n',
        'SSH-2.0-x\r\n',
        'HTTP/1.1 200 OK\r\ncontent-length: -5\r\n\r\n',
        'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n',
      ),
    }),
  },
  { weight: 2, arbitrary: fc.constantFrom({ is: 'reset' as const }, { is: 'reset after the head' as const }) },
  { weight: 1, arbitrary: fc.constantFrom({ is: 'silence' as const }, { is: 'drip' as const }) },
);

/** Big ones are seldom enough to be drawn by themselves. */
export const hugeAnswer: fc.Arbitrary<HostileAnswer> = fc.record({
  is: fc.constant('huge' as const),
  status,
  megabytes: fc.constantFrom(1, 5, 20),
});

function errorBody(): fc.Arbitrary<unknown> {
  const code = fc.constantFrom<unknown>(
    'NotFound',
    'InternalServerError',
    'AuthorizationFailed',
    'InaccessibleImage',
    17,
    null,
    {},
    '',
  );
  const message = fc.oneof(hostileText, fc.constant(null));
  return fc.oneof(
    fc.record({ error: fc.record({ code, message }) }),
    fc.record({ errors: fc.array(fc.record({ code, message }), { maxLength: 2 }) }),
    fc.record({ message }),
    fc.record({ error: message }),
  );
}

function send(response: ServerResponse, code: number, type: string, body: Buffer): void {
  response.writeHead(code, { ...(type !== '' && { 'content-type': type }), 'content-length': body.length }).end(body);
}

export function bodyOf({ body, bytes }: RightAnswer): Buffer {
  return bytes ?? Buffer.from(body === undefined ? '' : JSON.stringify(body));
}

export function sendRight(response: ServerResponse, right: RightAnswer): void {
  send(
    response,
    right.status,
    right.bytes === undefined ? 'application/json' : 'application/octet-stream',
    bodyOf(right),
  );
}

/** The text of an answer that has one, as JSON would be read from it; undefined for those that end halfway. */
export function textOf(answer: HostileAnswer, right: RightAnswer): string | undefined {
  switch (answer.is) {
    case 'json':
      return JSON.stringify(answer.value) ?? '';
    case 'edited':
      return JSON.stringify(applyEdits(right.body, answer.edits)) ?? '';
    case 'text':
      return answer.text;
    default:
      return undefined;
  }
}

export function statusOf(answer: HostileAnswer, right: RightAnswer): number | undefined {
  if (answer.is === 'edited') return answer.status ?? right.status;
  return 'status' in answer ? answer.status : undefined;
}

const dripMs = 20;

/** Byte for byte, for as long as somebody listens. */
function drip(response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'application/json' });
  const timer = setInterval(() => response.write(' '), dripMs);
  response.once('close', () => clearInterval(timer));
}

/** The body in two halves: what is announced never comes. */
function cutShort(response: ServerResponse, status: number, body: Buffer, part: number): void {
  response.writeHead(status, { 'content-type': 'application/json', 'content-length': body.length + 1 });
  response.write(body.subarray(0, Math.floor(body.length * part)), () => response.socket?.destroy());
}

export function sendHostile(response: ServerResponse, answer: HostileAnswer, right: RightAnswer): void {
  const status = statusOf(answer, right) ?? 200;
  switch (answer.is) {
    case 'json':
    case 'edited':
      send(response, status, 'application/json', Buffer.from(textOf(answer, right) ?? ''));
      break;
    case 'text':
      send(response, status, answer.type, Buffer.from(answer.text));
      break;
    case 'cut short':
      cutShort(response, status, bodyOf(right), answer.part);
      break;
    case 'huge':
      send(response, status, 'application/json', Buffer.alloc(answer.megabytes * 1024 ** 2, ' '));
      break;
    case 'redirect':
      response.writeHead(302, { location: answer.to }).end();
      break;
    case 'no HTTP':
      response.socket?.end(answer.text);
      break;
    case 'reset':
      response.socket?.destroy();
      break;
    case 'reset after the head':
      response.writeHead(200, { 'content-length': 10 });
      response.flushHeaders();
      setImmediate(() => response.socket?.destroy());
      break;
    case 'drip':
      drip(response);
      break;
    case 'silence':
  }
}
