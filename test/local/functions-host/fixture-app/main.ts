import { app, type HttpRequest, type InvocationContext, output, trigger } from '@azure/functions';

/** A small app with one function of each kind, bundled and run by the tests of the local Functions host. */

let release: () => void = () => undefined;
const released = new Promise<void>((resolve) => {
  release = resolve;
});
// How a test lets go of the functions that it holds.
process.on('SIGUSR2', () => release());

const workQueue = output.storageQueue({ queueName: '%WORK_QUEUE%', connection: 'STORAGE' });

app.hook.preInvocation(({ invocationContext, hookData }) => {
  Object.assign(hookData, { startedBy: invocationContext.functionName });
});
app.hook.postInvocation(({ hookData, invocationContext, error }) => {
  invocationContext.debug(
    `hook saw ${JSON.stringify(hookData)} and ${error instanceof Error ? error.message : 'no error'}`,
  );
});
app.hook.appStart(() => void process.stdout.write('app starts\n'));
app.hook.appTerminate(() => void process.stdout.write('app terminates\n'));

app.http('echo', {
  route: 'echo/{name}/{count:int?}',
  methods: ['GET', 'POST'],
  handler: async (request: HttpRequest, context: InvocationContext) => ({
    status: 201,
    headers: { 'x-own': 'yes' },
    cookies: [{ name: 'seen', value: 'a b', maxAge: 60, httpOnly: true, sameSite: 'Strict' as const }],
    jsonBody: {
      method: request.method,
      url: request.url,
      params: request.params,
      query: Object.fromEntries(request.query),
      header: request.headers.get('x-given'),
      body: await request.text(),
      traceParent: context.traceContext?.traceParent,
    },
  }),
});

app.http('environment', {
  methods: ['GET'],
  handler: () => {
    const { GREETING: greeting, ...others } = process.env;
    return { jsonBody: { greeting, cwd: process.cwd(), names: Object.keys(others) } };
  },
});

app.http('throws', {
  handler: () => {
    throw new Error('the secret reason', { cause: new Error('the deeper reason') });
  },
});

app.generic('nothing', {
  trigger: trigger.http({ methods: ['DELETE'] }),
  return: output.http({}),
  handler: () => undefined,
});
app.http('for-function-key', { authLevel: 'function', handler: () => ({ body: 'open' }) });
app.http('for-admin-key', { authLevel: 'admin', handler: () => ({ body: 'open' }) });

app.http('held', {
  handler: async (_request, context) => {
    context.log('is held');
    await released;
    return { body: 'finished' };
  },
});

app.http('enqueue', {
  methods: ['POST'],
  extraOutputs: [workQueue],
  handler: async (request, context) => {
    context.extraOutputs.set(workQueue, await request.json());
    return { status: 202 };
  },
});

app.storageQueue('work', {
  queueName: '%WORK_QUEUE%',
  connection: 'STORAGE',
  handler: async (message, context) => {
    const { dequeueCount, insertionTime } = context.triggerMetadata ?? {};
    context.log(`work ${JSON.stringify({ message, dequeueCount, isDated: typeof insertionTime === 'string' })}`);
    if (message === 'fail') throw new Error('as told');
    if (message === 'hold') await released;
    context.log(`done ${JSON.stringify(message)}`);
  },
});

app.storageQueue('drain', {
  queueName: '%WORK_QUEUE%-poison',
  connection: 'STORAGE',
  handler: () => {
    throw new Error('cannot drain');
  },
});

app.timer('tick', {
  schedule: '%TICK%',
  runOnStartup: true,
  handler: (timer, context) => context.log(`tick ${JSON.stringify(timer)}`),
});
