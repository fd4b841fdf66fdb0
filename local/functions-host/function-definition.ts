import { z } from 'zod';
import { HostError } from './host-error.ts';
import { type FunctionHandler, functionHandler } from './programming-model.ts';

const httpTrigger = z.object({
  route: z.string().optional(),
  methods: z.array(z.string().toUpperCase()).optional(),
  authLevel: z
    .string()
    .toLowerCase()
    .pipe(z.enum(['anonymous', 'function', 'admin']))
    .default('function'),
});
const queueBinding = z.object({ queueName: z.string().min(1), connection: z.string().min(1) });
const timerTrigger = z.object({ schedule: z.string().min(1), runOnStartup: z.boolean().default(false) });

/** What starts a function; `bindingName` is the library's own name for it, new at each registration. */
type FunctionTrigger =
  | ({ kind: 'http'; bindingName: string } & z.infer<typeof httpTrigger>)
  | ({ kind: 'queue'; bindingName: string } & z.infer<typeof queueBinding>)
  | ({ kind: 'timer'; bindingName: string } & z.infer<typeof timerTrigger>);

interface QueueOutput {
  bindingName: string;
  queueName: string;
  connection: string;
}

/** A function as the app registered it. */
export interface FunctionDefinition<Trigger extends FunctionTrigger = FunctionTrigger> {
  name: string;
  trigger: Trigger;
  queueOutputs: readonly QueueOutput[];
  handler: FunctionHandler;
  /** The library's own description, handed back to it with each invocation. */
  metadata: unknown;
}

export type HttpFunction = FunctionDefinition<Extract<FunctionTrigger, { kind: 'http' }>>;
export type QueueFunction = FunctionDefinition<Extract<FunctionTrigger, { kind: 'queue' }>>;
export type TimerFunction = FunctionDefinition<Extract<FunctionTrigger, { kind: 'timer' }>>;

const binding = z.looseObject({ type: z.string(), direction: z.enum(['in', 'out']) });
type Binding = z.infer<typeof binding>;

const functionMetadata = z.object({
  name: z.string().regex(/^[a-z][\w-]{0,127}$/i, 'expected a letter, then letters, digits, - and _'),
  bindings: z.record(z.string(), binding),
  retryOptions: z.undefined('retry policies are not emulated here').optional(),
});

/**
 * Understands what `@azure/functions` registers.
 * @throws {HostError} `binding-unsupported` naming the function and what this host cannot do for it
 */
export function parseFunctionDefinition(metadata: unknown, handler: unknown): FunctionDefinition {
  const { name, bindings } = parseOf(functionMetadata, metadata, 'A registered function');
  let trigger: FunctionTrigger | undefined;
  const queueOutputs: QueueOutput[] = [];
  for (const [bindingName, one] of Object.entries(bindings)) {
    if (/trigger$/i.test(one.type)) trigger = parseTrigger(name, bindingName, one);
    else if (isQueueOutput(name, one))
      queueOutputs.push({ bindingName, ...parseOf(queueBinding, one, `Function ${name}`) });
  }
  if (!trigger) throw new HostError('binding-unsupported', `Function ${name} has no trigger`, { functionName: name });
  return { name, trigger, queueOutputs, handler: parseOf(functionHandler, handler, `Function ${name}`), metadata };
}

function parseTrigger(functionName: string, bindingName: string, one: Binding): FunctionTrigger {
  const where = `Function ${functionName}`;
  switch (one.type.toLowerCase()) {
    case 'httptrigger':
      return { kind: 'http', bindingName, ...parseOf(httpTrigger, one, where) };
    case 'queuetrigger':
      return { kind: 'queue', bindingName, ...parseOf(queueBinding, one, where) };
    case 'timertrigger':
      return { kind: 'timer', bindingName, ...parseOf(timerTrigger, one, where) };
    default:
      throw unsupported(functionName, one.type);
  }
}

function isQueueOutput(functionName: string, { type, direction }: Binding): boolean {
  if (direction === 'out' && type.toLowerCase() === 'queue') return true;
  if (direction === 'out' && type.toLowerCase() === 'http') return false;
  throw unsupported(functionName, type);
}

function unsupported(functionName: string, type: string): HostError {
  const message = `Function ${functionName}: the binding ${type} is not emulated here`;
  return new HostError('binding-unsupported', message, { functionName, type });
}

function parseOf<Output>(schema: z.ZodType<Output>, value: unknown, where: string): Output {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new HostError('binding-unsupported', `${where}: ${z.prettifyError(parsed.error)}`, {}, parsed.error);
}

export function isHttpFunction(definition: FunctionDefinition): definition is HttpFunction {
  return definition.trigger.kind === 'http';
}

export function isQueueFunction(definition: FunctionDefinition): definition is QueueFunction {
  return definition.trigger.kind === 'queue';
}

export function isTimerFunction(definition: FunctionDefinition): definition is TimerFunction {
  return definition.trigger.kind === 'timer';
}
