import type { ServerResponse } from 'node:http';
import { HostError } from './host-error.ts';
import type { InvocationResponse, RpcCookie, RpcHttpResponse, RpcTypedData } from './programming-model.ts';

/** What goes back to the client. */
export interface HttpAnswer {
  status: number;
  headers: Record<string, string | string[]>;
  body: Uint8Array;
}

const NO_BODY = new Uint8Array();
// These belong to the connection between host and client, not to the app.
const CONNECTION_HEADERS = new Set(['connection', 'content-length', 'keep-alive', 'transfer-encoding', 'upgrade']);
const SAME_SITE = { lax: 'Lax', strict: 'Strict', explicitNone: 'None' } as const;

/** An answer without a body: all that the host itself ever says about a failure. */
export function emptyAnswer(status: number, headers: Record<string, string> = {}): HttpAnswer {
  return { status, headers, body: NO_BODY };
}

/** What an HTTP function answered; one that returns nothing answers 204, as in Azure. */
export function answerFrom({ returnValue }: InvocationResponse): HttpAnswer {
  if (!returnValue) return emptyAnswer(204);
  if (returnValue.http) return answerFromHttp(returnValue.http);
  throw new HostError('response-invalid', 'The function returned something that is not an HTTP response');
}

function answerFromHttp({ statusCode, headers, cookies, body }: RpcHttpResponse): HttpAnswer {
  const own = Object.entries(headers ?? {}).filter(([name]) => !CONNECTION_HEADERS.has(name.toLowerCase()));
  const answer: HttpAnswer = { status: statusCode, headers: Object.fromEntries(own), body: bytesOf(body) };
  if (cookies && cookies.length > 0) answer.headers['set-cookie'] = cookies.map(formatCookie);
  return answer;
}

function bytesOf(body: RpcTypedData | null | undefined): Uint8Array {
  if (body?.bytes) return body.bytes;
  return Buffer.from(body?.string ?? body?.json ?? '');
}

/** `Set-Cookie` as Azure writes it from the library's cookie. */
function formatCookie({ name, value, domain, path, expires, secure, httpOnly, sameSite, maxAge }: RpcCookie): string {
  const seconds = expires?.value?.seconds;
  const attributes = [
    `${name}=${encodeURIComponent(value)}`,
    seconds === undefined ? undefined : `expires=${new Date(seconds * 1000).toUTCString()}`,
    typeof maxAge?.value === 'number' ? `max-age=${Math.trunc(maxAge.value)}` : undefined,
    domain?.value ? `domain=${domain.value}` : undefined,
    `path=${path?.value || '/'}`,
    secure?.value ? 'secure' : undefined,
    sameSite && sameSite !== 'none' ? `samesite=${SAME_SITE[sameSite]}` : undefined,
    httpOnly?.value ? 'httponly' : undefined,
  ];
  return attributes.filter((attribute) => attribute !== undefined).join('; ');
}

/** Sends an answer; `extra` are the headers that the platform adds over the app's. */
export function sendAnswer(response: ServerResponse, answer: HttpAnswer, extra: Record<string, string>): void {
  const hasBody = ![204, 205, 304].includes(answer.status);
  for (const [name, value] of Object.entries({ ...answer.headers, ...extra })) response.setHeader(name, value);
  if (hasBody) response.setHeader('content-length', answer.body.byteLength);
  response.writeHead(answer.status);
  // Node leaves the body out of an answer to HEAD by itself.
  response.end(hasBody ? answer.body : undefined);
}
