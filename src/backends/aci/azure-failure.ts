import { z } from 'zod';

/** What Azure's SDKs throw, as far as it is used; by shape, so that no SDK is loaded to look at an error. */
export interface AzureFailure {
  /** Absent: there was no answer. */
  readonly status: number | undefined;
  /** The outer code first, then those inside it. */
  readonly codes: readonly string[];
  readonly text: string;
  /** In Azure's own form. False for a proxy's page, and where there was no answer: such text proves nothing. */
  readonly isAzures: boolean;
  readonly retryAfterMs: number | undefined;
}

interface Headers {
  get(name: string): string | null | undefined;
}
const Headers = z.custom<Headers>(
  (value) => typeof value === 'object' && value !== null && 'get' in value && typeof value.get === 'function',
);

const Thrown = z.object({
  name: z.string().optional().catch(undefined),
  message: z.string().catch(''),
  code: z.string().optional().catch(undefined),
  statusCode: z.number().optional().catch(undefined),
  response: z
    .object({ headers: Headers.optional().catch(undefined), bodyAsText: z.string().nullish().catch(null) })
    .optional()
    .catch(undefined),
});

const Detail = z.object({ code: z.string().optional(), message: z.string().optional() });
/** ARM's errors, and the registry's. */
const Body = z.union([
  z
    .object({ error: Detail.extend({ details: z.array(Detail).nullish() }) })
    .transform(({ error }) => [error, ...(error.details ?? [])]),
  z.object({ errors: z.array(Detail) }).transform(({ errors }) => errors),
]);

export function failureOf(error: unknown, now: number): AzureFailure {
  const thrown = Thrown.catch({ message: String(error) }).parse(error);
  const details = detailsIn(thrown.response?.bodyAsText);
  const messages = details.map((detail) => detail.message ?? '');
  const text = unique([...messages, thrown.message]).join(' ');
  const isAzures = details.some((detail) => detail.code !== undefined);
  return {
    status: thrown.statusCode,
    codes: unique([
      ...details.map((detail) => detail.code ?? ''),
      thrown.code ?? '',
      ...quotedCodes(messages.join(' ')),
      thrown.name ?? '',
    ]),
    text,
    isAzures,
    retryAfterMs: retryAfter(thrown.response?.headers, now),
  };
}

function detailsIn(body: string | null | undefined): z.infer<typeof Detail>[] {
  if (!body) return [];
  try {
    return Body.catch([]).parse(JSON.parse(body));
  } catch (error) {
    if (error instanceof SyntaxError) return [];
    throw error;
  }
}

/** Several refusals at once come as one text: `Multiple error occurred: 'BadRequest':'InaccessibleImage':'…'`. */
function quotedCodes(text: string): string[] {
  return [...text.matchAll(/'([A-Z][A-Za-z]+)':/g)].map((match) => match[1] ?? '');
}

function unique(values: readonly string[]): string[] {
  return [...new Set(values.map((value) => value.trim()).filter(Boolean))];
}

function retryAfter(headers: Headers | undefined, now: number): number | undefined {
  const value = headers?.get('retry-after');
  if (!value) return undefined;
  const seconds = Number(value);
  const ms = Number.isFinite(seconds) ? seconds * 1000 : Date.parse(value) - now;
  return Number.isFinite(ms) ? Math.max(0, ms) : undefined;
}
