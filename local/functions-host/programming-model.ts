import { z } from 'zod';

/**
 * What passes between this host and `@azure/functions`, in the shapes that the real worker uses. The library's side of
 * it is parsed here; its objects are handed back to it as they are, since they carry private state.
 */

const rpcTypedData = z.object({
  string: z.string().nullish(),
  json: z.string().nullish(),
  bytes: z.instanceof(Uint8Array).nullish(),
  int: z.number().nullish(),
  double: z.number().nullish(),
});
export type RpcTypedData = z.infer<typeof rpcTypedData>;

const nullableText = z.object({ value: z.string().nullish() }).nullish();

const rpcCookie = z.object({
  name: z.string(),
  value: z.string(),
  domain: nullableText,
  path: nullableText,
  expires: z.object({ value: z.object({ seconds: z.number() }).nullish() }).nullish(),
  secure: z.object({ value: z.boolean().nullish() }).nullish(),
  httpOnly: z.object({ value: z.boolean().nullish() }).nullish(),
  sameSite: z.enum(['none', 'lax', 'strict', 'explicitNone']).nullish(),
  maxAge: z.object({ value: z.number().nullish() }).nullish(),
});
export type RpcCookie = z.infer<typeof rpcCookie>;

const rpcHttpResponse = z.object({
  statusCode: z.coerce.number().int().min(200).max(599),
  headers: z.record(z.string(), z.string()).nullish(),
  cookies: z.array(rpcCookie).nullish(),
  body: rpcTypedData.nullish(),
});
export type RpcHttpResponse = z.infer<typeof rpcHttpResponse>;

export const invocationResponse = z.object({
  returnValue: rpcTypedData.extend({ http: rpcHttpResponse.nullish() }).nullish(),
  outputData: z.array(z.object({ name: z.string(), data: rpcTypedData.nullish() })).nullish(),
});
export type InvocationResponse = z.infer<typeof invocationResponse>;

/** An HTTP request on its way to the library. */
export interface RpcHttpRequest {
  method: string;
  url: string;
  headers: Readonly<Record<string, string>>;
  query: Readonly<Record<string, string>>;
  params: Readonly<Record<string, string>>;
  body: { bytes: Uint8Array };
}

export interface RpcInvocationRequest {
  invocationId: string;
  inputData: { name: string; data: RpcTypedData | { http: RpcHttpRequest } }[];
  triggerMetadata: Readonly<Record<string, RpcTypedData>>;
  traceContext: { traceParent: string; traceState: string };
}

/** What the library is given for one invocation. */
export interface CoreInvocationContext {
  invocationId: string;
  request: RpcInvocationRequest;
  metadata: unknown;
  state: 'preInvocationHooks' | 'invocation' | 'postInvocationHooks' | undefined;
  log(level: string, category: string, message: string): void;
}

/** A function's handler, or whatever a hook puts in its place. */
export type FunctionHandler = (...args: unknown[]) => unknown;

export const functionHandler = z.custom<FunctionHandler>((value) => typeof value === 'function', 'expected a function');

/** The library's converters for one invocation. */
export interface InvocationModel {
  getArguments(): Promise<unknown>;
  invokeFunction(context: unknown, inputs: unknown[], handler: FunctionHandler): Promise<unknown>;
  getResponse(context: unknown, result: unknown): Promise<unknown>;
}

export const invocationModel = z.custom<InvocationModel>(
  (value) => hasMethods(value, 'getArguments', 'invokeFunction', 'getResponse'),
  'expected an invocation model',
);

export const invocationArguments = z.object({ context: z.unknown(), inputs: z.array(z.unknown()) });

/** The library, as it presents itself by `setProgrammingModel`. */
export interface ProgrammingModel {
  getInvocationModel(context: CoreInvocationContext): unknown;
  getCapabilities(capabilities: Record<string, string>): Promise<unknown>;
}

export const programmingModel = z.custom<ProgrammingModel>(
  (value) => hasMethods(value, 'getInvocationModel', 'getCapabilities'),
  'expected a programming model of version 4',
);

export const capabilities = z.record(z.string(), z.string());

function hasMethods(value: unknown, ...names: string[]): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return names.every((name) => typeof Reflect.get(value, name) === 'function');
}
