import { HostError } from './host-error.ts';

export interface CorsOptions {
  /** Exact origins, such as `https://ctf.example.org`; no wildcard. */
  allowedOrigins: readonly string[];
  supportCredentials?: boolean;
}

interface CorsRequest {
  method: string;
  origin: string | undefined;
  requestMethod: string | undefined;
  requestHeaders: string | undefined;
}

interface CorsAnswer {
  /** Headers for the response, whatever it turns out to be. */
  headers: Record<string, string>;
  /** True if this is a preflight, which ends here: the app never sees one. */
  isPreflight: boolean;
}

/** What the platform in front of the app adds to a request's response. */
export type CorsPolicy = (request: CorsRequest) => CorsAnswer;

/**
 * The platform's CORS: any method and header for the listed origins, nothing at all for the others.
 * @throws {HostError} `settings-invalid` if an entry is not an exact origin
 */
export function createCorsPolicy({ allowedOrigins, supportCredentials = false }: CorsOptions): CorsPolicy {
  for (const origin of allowedOrigins) requireExactOrigin(origin);
  // Without origins the platform stays out of it, and preflights go to the app as any request does.
  if (allowedOrigins.length === 0) return () => ({ headers: {}, isPreflight: false });
  return (request) => {
    const isPreflight =
      request.method === 'OPTIONS' && request.origin !== undefined && request.requestMethod !== undefined;
    // Vary goes to everybody, or a cache would hand one origin's answer to another.
    const vary = { vary: 'Origin' };
    if (request.origin === undefined || !allowedOrigins.includes(request.origin)) return { headers: vary, isPreflight };
    return { headers: { ...vary, ...allow(request, isPreflight, supportCredentials) }, isPreflight };
  };
}

function allow(request: CorsRequest, isPreflight: boolean, supportCredentials: boolean): Record<string, string> {
  return {
    'access-control-allow-origin': request.origin ?? '',
    ...(supportCredentials && { 'access-control-allow-credentials': 'true' }),
    ...(isPreflight && { 'access-control-allow-methods': request.requestMethod ?? '' }),
    ...(isPreflight && request.requestHeaders && { 'access-control-allow-headers': request.requestHeaders }),
  };
}

function requireExactOrigin(origin: string): void {
  if (URL.canParse(origin) && new URL(origin).origin === origin) return;
  throw new HostError('settings-invalid', `CORS needs exact origins: ${origin} is none`, { origin });
}
