import type { AppRegistry } from './app-registry.ts';
import type { FunctionDefinition } from './function-definition.ts';
import {
  type CoreInvocationContext,
  type FunctionHandler,
  functionHandler,
  type InvocationModel,
  type InvocationResponse,
  invocationArguments,
  invocationModel,
  invocationResponse,
  type ProgrammingModel,
  type RpcInvocationRequest,
} from './programming-model.ts';

/** What a trigger knows of the invocation that it starts. */
export interface InvocationInput {
  /** The trigger's value in the worker's shape. */
  data: RpcInvocationRequest['inputData'][number]['data'];
  triggerMetadata?: RpcInvocationRequest['triggerMetadata'];
  /** W3C trace context of the caller, if it sent any. */
  traceParent?: string | undefined;
  traceState?: string | undefined;
}

/** Runs one function once; rejects with what its handler threw. */
export type Invoke = (definition: FunctionDefinition, input: InvocationInput) => Promise<InvocationResponse>;

export interface InvokerOptions {
  registry: AppRegistry;
  model: ProgrammingModel;
  /** An id nobody had before. */
  newId: () => string;
  /** A W3C `traceparent` of a new trace. */
  newTraceParent: () => string;
}

/** Runs functions through the library's own converters and the app's hooks, and knows which are running. */
export class Invoker {
  readonly #options: InvokerOptions;
  readonly #running = new Set<Promise<unknown>>();

  constructor(options: InvokerOptions) {
    this.#options = options;
  }

  readonly invoke: Invoke = (definition, input) => {
    const invocation = this.#run(definition, input);
    const settled = invocation.then(
      () => undefined,
      () => undefined,
    );
    this.#running.add(settled);
    void settled.then(() => this.#running.delete(settled));
    return invocation;
  };

  /** Resolves when nothing runs any more. */
  async idle(): Promise<void> {
    while (this.#running.size > 0) await Promise.all(this.#running);
  }

  async #run(definition: FunctionDefinition, input: InvocationInput): Promise<InvocationResponse> {
    const invocationId = this.#options.newId();
    const core = this.#coreContext(definition, invocationId, this.#requestFor(definition, input, invocationId));
    const model = invocationModel.parse(this.#options.model.getInvocationModel(core));
    const { context, inputs } = invocationArguments.parse(await model.getArguments());
    core.useContext(context);
    const before = { hookData: {}, invocationContext: context, inputs, functionCallback: definition.handler };
    await this.#runHooks('preInvocation', core, before);
    const after = {
      ...before,
      ...(await callHandler(model, core, context, before.inputs, functionHandler.parse(before.functionCallback))),
    };
    await this.#runHooks('postInvocation', core, after);
    if (after.error !== null && after.error !== undefined) throw after.error;
    return invocationResponse.parse(await model.getResponse(context, after.result));
  }

  #requestFor(definition: FunctionDefinition, input: InvocationInput, invocationId: string): RpcInvocationRequest {
    return {
      invocationId,
      inputData: [{ name: definition.trigger.bindingName, data: input.data }],
      triggerMetadata: input.triggerMetadata ?? {},
      traceContext: {
        traceParent: input.traceParent ?? this.#options.newTraceParent(),
        traceState: input.traceState ?? '',
      },
    };
  }

  #coreContext(
    definition: FunctionDefinition,
    invocationId: string,
    request: RpcInvocationRequest,
  ): CoreInvocationContext & { useContext(context: unknown): void } {
    const { registry } = this.#options;
    let invocationContext: unknown;
    return {
      invocationId,
      request,
      metadata: definition.metadata,
      state: undefined,
      useContext: (context) => {
        invocationContext = context;
      },
      log: (level, category, message) =>
        registry.log(level, category, message, { functionName: definition.name, invocationId }, invocationContext),
    };
  }

  async #runHooks(
    name: 'preInvocation' | 'postInvocation',
    core: CoreInvocationContext,
    context: object,
  ): Promise<void> {
    core.state = `${name}Hooks`;
    try {
      for (const hook of this.#options.registry.hooks(name)) await hook(context);
    } finally {
      core.state = undefined;
    }
  }
}

async function callHandler(
  model: InvocationModel,
  core: CoreInvocationContext,
  context: unknown,
  inputs: unknown[],
  handler: FunctionHandler,
): Promise<{ result: unknown; error: unknown }> {
  core.state = 'invocation';
  try {
    return { result: await model.invokeFunction(context, inputs, handler), error: null };
  } catch (error) {
    // Not lost: the hooks see it, may replace it, and the caller throws what they leave.
    return { result: null, error };
  } finally {
    core.state = undefined;
  }
}
