import type { IncomingMessage } from 'node:http';
import type { RpcHttpRequest } from './programming-model.ts';

/** Where a request wants to go. */
export interface RequestTarget {
  url: URL;
  /** The path's segments, decoded but for encoded slashes, as ASP.NET leaves them. */
  segments: readonly string[];
}

/** The target of a request, or undefined if it is not an address. */
export function parseRequestTarget(request: IncomingMessage): RequestTarget | undefined {
  const target = request.url ?? '';
  // Joined as text: resolving '//elsewhere/' against a base would change the host.
  const text = target.startsWith('/') ? `http://${request.headers.host ?? '127.0.0.1'}${target}` : target;
  if (!URL.canParse(text)) return undefined;
  const url = new URL(text);
  const path = url.pathname.replace(/^\/|\/$/g, '');
  return { url, segments: path === '' ? [] : path.split('/').map(decodeSegment) };
}

function decodeSegment(segment: string): string {
  return segment.split(/%2f/i).map(decodeOrKeep).join('%2F');
}

function decodeOrKeep(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    // ASP.NET, too, passes on what is not valid percent-encoding.
    return text;
  }
}

/** A request as the worker hands it to the library. */
export function toRpcHttpRequest(
  request: IncomingMessage,
  url: URL,
  params: ReadonlyMap<string, string>,
  body: Uint8Array,
): RpcHttpRequest {
  return {
    method: request.method ?? 'GET',
    url: url.href,
    headers: Object.fromEntries(
      Object.entries(request.headersDistinct).map(([name, all = []]) => [name, all.join(',')]),
    ),
    query: joinedQuery(url.searchParams),
    params: Object.fromEntries(params),
    body: { bytes: body },
  };
}

/** Azure joins the values of a repeated query parameter by commas. */
function joinedQuery(search: URLSearchParams): Record<string, string> {
  return Object.fromEntries([...new Set(search.keys())].map((name) => [name, search.getAll(name).join(',')]));
}

/** The whole body, or `too-large` as soon as it is known to exceed `limitBytes`. */
export async function readBody(request: IncomingMessage, limitBytes: number): Promise<Uint8Array | 'too-large'> {
  if (Number(request.headers['content-length'] ?? 0) > limitBytes) return 'too-large';
  const chunks: Buffer[] = [];
  let size = 0;
  // Left undestroyed when cut short, so that the refusal still reaches the client.
  const incoming: AsyncIterable<Buffer> = request.iterator({ destroyOnReturn: false });
  for await (const chunk of incoming) {
    size += chunk.length;
    if (size > limitBytes) return 'too-large';
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
