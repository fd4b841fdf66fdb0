import net from 'node:net';

export interface RawAnswer {
  readonly status: number;
  /** Names in lower case; of several only the last. */
  readonly headers: ReadonlyMap<string, string>;
  readonly head: string;
  readonly body: Buffer;
}

/** What came of sending some bytes. `closed`: the connection ended without a whole answer, as for bytes that are no HTTP. */
export type Exchange =
  | { readonly outcome: 'answered'; readonly answer: RawAnswer }
  | { readonly outcome: 'closed' }
  | { readonly outcome: 'hangs' };

export interface Sent {
  readonly pieces: readonly Buffer[];
  /** Nothing more comes: the rest of what was announced never does. */
  readonly breaksOff: boolean;
  /** An answer to HEAD has no body, whatever it announces. */
  readonly isHead: boolean;
}

const headEnd = Buffer.from('\r\n\r\n');

function headersOf(lines: readonly string[]): Map<string, string> {
  const headers = new Map<string, string>();
  for (const line of lines) {
    const colon = line.indexOf(':');
    if (colon > 0) headers.set(line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim());
  }
  return headers;
}

/** Undefined while it is not whole. Only Node itself answers so, and never with an extension or a trailer. */
function unchunked(bytes: Buffer): Buffer | undefined {
  const parts: Buffer[] = [];
  for (let at = 0; ; ) {
    const line = bytes.indexOf('\r\n', at);
    if (line < 0) return undefined;
    const length = Number.parseInt(bytes.subarray(at, line).toString('latin1'), 16);
    const from = line + 2;
    if (bytes.length < from + length + 2) return undefined;
    if (length === 0) return Buffer.concat(parts);
    parts.push(bytes.subarray(from, from + length));
    at = from + length + 2;
  }
}

/** Undefined while the answer is not whole; interim answers are passed over. */
function parse(bytes: Buffer, ended: boolean, isHead: boolean): RawAnswer | undefined {
  const end = bytes.indexOf(headEnd);
  if (end < 0) return undefined;
  const head = bytes.subarray(0, end).toString('latin1');
  const [first = '', ...lines] = head.split('\r\n');
  const status = Number(/^HTTP\/1\.[01] (\d{3})/.exec(first)?.[1] ?? 0);
  const rest = bytes.subarray(end + headEnd.length);
  if (status >= 100 && status < 200) return parse(rest, ended, isHead);
  const headers = headersOf(lines);
  if (isHead || status === 204 || status === 304) return { status, headers, head, body: Buffer.alloc(0) };
  if (headers.get('transfer-encoding') === 'chunked') {
    const body = unchunked(rest);
    return body && { status, headers, head, body };
  }
  const length = headers.get('content-length');
  if (length === undefined) return ended ? { status, headers, head, body: rest } : undefined;
  if (rest.length < Number(length)) return undefined;
  return { status, headers, head, body: rest.subarray(0, Number(length)) };
}

/** Sends bytes as they are over a connection of their own. Resolves in any case, after `limitMs` at the latest. */
export function exchange(port: number, sent: Sent, limitMs: number): Promise<Exchange> {
  return new Promise((resolve) => {
    let received = Buffer.alloc(0);
    const socket = net.connect({ host: '127.0.0.1', port, allowHalfOpen: true });
    const settle = (result: Exchange): void => {
      clearTimeout(limit);
      socket.destroy();
      resolve(result);
    };
    const limit = setTimeout(() => settle({ outcome: 'hangs' }), limitMs);
    const look = (ended: boolean): void => {
      const answer = parse(received, ended, sent.isHead);
      if (answer !== undefined) settle({ outcome: 'answered', answer });
      else if (ended) settle({ outcome: 'closed' });
    };
    socket.on('data', (chunk) => {
      received = Buffer.concat([received, chunk]);
      look(false);
    });
    socket.on('end', () => look(true));
    socket.on('close', () => look(true));
    // A server that has refused already closes while the rest is still on its way.
    socket.on('error', () => look(true));
    socket.on('connect', () => {
      for (const piece of sent.pieces) socket.write(piece);
      if (sent.breaksOff) socket.end();
    });
  });
}
