import { z } from 'zod';
import { type FunctionDefinition, parseFunctionDefinition } from './function-definition.ts';
import { HostError } from './host-error.ts';
import { type LogEntry, type LogSink, logLevel } from './log.ts';
import { type FunctionHandler, functionHandler, type ProgrammingModel, programmingModel } from './programming-model.ts';

const hookName = z.enum(['appStart', 'appTerminate', 'preInvocation', 'postInvocation', 'log']);
export type HookName = z.infer<typeof hookName>;

/** Collects what an app registers through `@azure/functions` while its entry files load. */
export class AppRegistry {
  readonly #log: LogSink;
  readonly #functions = new Map<string, FunctionDefinition>();
  readonly #hooks = new Map<HookName, FunctionHandler[]>();
  #model: ProgrammingModel | undefined;
  #isClosed = false;

  constructor(log: LogSink) {
    this.#log = log;
  }

  get functions(): readonly FunctionDefinition[] {
    return [...this.#functions.values()];
  }

  get model(): ProgrammingModel | undefined {
    return this.#model;
  }

  setModel(model: unknown): void {
    this.#model = programmingModel.parse(model);
  }

  registerFunction(metadata: unknown, handler: unknown): void {
    const definition = parseFunctionDefinition(metadata, handler);
    const facts = { functionName: definition.name };
    if (this.#isClosed) {
      throw new HostError(
        'registration-closed',
        `Function ${definition.name} is registered after the app started`,
        facts,
      );
    }
    // Azure tells names apart without regard to case.
    const key = definition.name.toLowerCase();
    if (this.#functions.has(key)) {
      throw new HostError('binding-unsupported', `Function ${definition.name} is registered twice`, facts);
    }
    this.#functions.set(key, definition);
  }

  /** Adds a hook; the answer takes it away again. */
  addHook(name: unknown, callback: unknown): () => void {
    const hook = hookName.parse(name);
    const handler = functionHandler.parse(callback);
    this.#hooks.set(hook, [...this.hooks(hook), handler]);
    return () =>
      void this.#hooks.set(
        hook,
        this.hooks(hook).filter((other) => other !== handler),
      );
  }

  hooks(name: HookName): readonly FunctionHandler[] {
    return this.#hooks.get(name) ?? [];
  }

  /** From here on, as in Azure, registering another function is an error. */
  close(): void {
    this.#isClosed = true;
  }

  /** Logs what the library or the app says, after the app's own log hooks had their way with it. */
  log(level: string, category: string, message: string, about: Partial<LogEntry>, invocationContext?: unknown): void {
    const context = { level, category, message, invocationContext };
    for (const hook of this.hooks('log')) hook(context);
    const seen = z.object({ level: logLevel, message: z.string() }).parse(context);
    if (seen.level !== 'none') this.#log({ ...about, ...seen, category });
  }
}
