import fc from 'fast-check';

/** Bytes that are HTTP or nearly, and whether the sender stops in the middle. */
export interface RawPlan {
  readonly what: string;
  /** Each character is a byte. */
  readonly text: string;
  /** So much of it is sent, and no more; all of it by default. */
  readonly cut?: number | undefined;
}

const host = 'host: 127.0.0.1\r\n';
const end = `${host}connection: close\r\n\r\n`;
const anyBytes = fc.uint8Array({ minLength: 1, maxLength: 300 }).map((bytes) => Buffer.from(bytes).toString('latin1'));
const oneLine = anyBytes.map((text) => text.replaceAll(/[\r\n]/g, ''));

const targets = [
  '/api/health',
  '/api/../api/health',
  '/api/%2e%2e/admin/host/status',
  '/api//health',
  '//evil.example/api/health',
  'http://evil.example/api/health',
  'https://127.0.0.1:1/api/health',
  'ftp://x/api/health',
  '*',
  '/',
  '',
  '/api/health?%',
  '/api/health?a=%c0%ae&a[]=1&a[b]=2&__proto__[x]=1',
  '/api/health#part',
  '/api/health%00',
  '/api/containers/..%2f..%2fmanage%2fstatus',
  '/api/containers/%252e%252e%252fmanage',
  '/admin/host/status',
  '/admin/functions/expire-containers',
  '/admin/functions/..%2f',
  '/runtime/webhooks/',
  '/.env',
  '/host.json',
  '/local.settings.json',
  '/dist/main.js',
  '/api/openapi.json/..;/health',
  `/api/${'x/'.repeat(2000)}`,
  `/${'a'.repeat(20_000)}`,
] as const;

const methods = [
  'GET',
  'get',
  'HEAD',
  'OPTIONS',
  'TRACE',
  'CONNECT',
  'PATCH',
  'PROPFIND',
  'BREW',
  'M-SEARCH',
  'G ET',
  '',
] as const;
const versions = ['HTTP/1.1', 'HTTP/1.0', 'HTTP/0.9', 'HTTP/2.0', 'HTTP/1.1 ', 'http/1.1', ''] as const;

const plan = (what: string, text: fc.Arbitrary<string>): fc.Arbitrary<RawPlan> =>
  text.map((each) => ({ what, text: each }));

const body = '{"challengeId":"web"}';
const post = `POST /api/containers HTTP/1.1\r\ncontent-type: application/json\r\n`;

const framings = [
  `content-length: ${body.length}\r\ntransfer-encoding: chunked\r\n`,
  `content-length: ${body.length}\r\ncontent-length: 0\r\n`,
  'content-length: -1\r\n',
  'content-length: 1e3\r\n',
  'content-length: 99999999999999999999\r\n',
  `content-length: +${body.length}\r\n`,
  `content-length : ${body.length}\r\n`,
  'transfer-encoding: chunked, identity\r\n',
  'transfer-encoding: xchunked\r\n',
  'transfer-encoding:\u000bchunked\r\n',
  'Transfer-Encoding: chunked\r\nTransfer-Encoding: cow\r\n',
  ' folded: header\r\n',
  'name\u0000: x\r\n',
  ': nameless\r\n',
  'no colon at all\r\n',
] as const;

const chunks = [
  `5\r\nabcde\r\n0\r\n\r\n`,
  `FFFFFFFFFFFFFFFF\r\nabcde\r\n0\r\n\r\n`,
  `-1\r\nabcde\r\n0\r\n\r\n`,
  `5;${'x'.repeat(5000)}\r\nabcde\r\n0\r\n\r\n`,
  `zz\r\nabcde\r\n0\r\n\r\n`,
  `15\r\n${body}\r\n0\r\nx-trailer: 1\r\nauthorization: Bearer x\r\n\r\n`,
  `5\r\nabcdefgh\r\n0\r\n\r\n`,
] as const;

/** What comes over the wire when it is not a client library that writes it. */
export const rawPlan: fc.Arbitrary<RawPlan> = fc.oneof(
  plan('bytes', anyBytes),
  plan(
    'request line',
    oneLine.map((line) => `${line}\r\n${end}`),
  ),
  plan(
    'method, target, version',
    fc
      .tuple(fc.constantFrom(...methods), fc.constantFrom(...targets), fc.constantFrom(...versions))
      .map(([method, target, version]) => `${method} ${target} ${version}\r\n${end}`),
  ),
  plan(
    'target',
    oneLine.map((line) => `GET /api/${line} HTTP/1.1\r\n${end}`),
  ),
  plan(
    'header line',
    oneLine.map((line) => `GET /api/health HTTP/1.1\r\n${line}\r\n${end}`),
  ),
  plan(
    'framing',
    fc.constantFrom(...framings).map((framing) => `${post}${framing}${end}${body}`),
  ),
  plan(
    'chunks',
    fc.constantFrom(...chunks).map((chunk) => `${post}transfer-encoding: chunked\r\n${end}${chunk}`),
  ),
  plan(
    'many headers',
    fc.integer({ min: 90, max: 1500 }).map((count) => `GET /api/health HTTP/1.1\r\n${'a: b\r\n'.repeat(count)}${end}`),
  ),
  plan(
    'huge header',
    fc
      .integer({ min: 10_000, max: 70_000 })
      .map((length) => `GET /api/health HTTP/1.1\r\na: ${'b'.repeat(length)}\r\n${end}`),
  ),
  plan(
    'no host',
    fc.constantFrom(
      'GET /api/health HTTP/1.1\r\nconnection: close\r\n\r\n',
      `GET /api/health HTTP/1.1\r\n${host}${end}`,
    ),
  ),
  plan(
    'pipelined',
    fc
      .constantFrom(2, 5, 20)
      .map((count) => `${`GET /api/health HTTP/1.1\r\n${host}\r\n`.repeat(count)}GET /api/nowhere HTTP/1.1\r\n${end}`),
  ),
  plan(
    'another protocol',
    fc.constantFrom(
      'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
      '\u0016\u0003\u0001\u0002\u0000\u0001\u0000',
      'SSH-2.0-x\r\n',
      '\r\n\r\n\r\n',
      'EHLO x\r\n',
    ),
  ),
  fc.record({
    what: fc.constant('broken off'),
    text: fc.constantFrom(
      `${post}content-length: ${body.length}\r\n${end}${body}`,
      `GET /api/health HTTP/1.1\r\n${end}`,
      `${post}content-length: 300000\r\n${end}${body}`,
    ),
    cut: fc.integer({ min: 1, max: 170 }),
  }),
);
