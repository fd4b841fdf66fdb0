import { app, type HttpRequest, type HttpResponseInit, type InvocationContext } from '@azure/functions';
import type { Lifecycle } from '../core/lifecycle.ts';
import { answer } from './answer.ts';
import type { Api } from './api.ts';
import { onPoisonMessage } from './drain-poison.queue.ts';
import { onExpireTimer } from './expire-containers.timer.ts';
import { onProvisionMessage } from './provision-container.queue.ts';
import { onReconcileTimer } from './reconcile-containers.timer.ts';
import { onReleaseMessage } from './release-container.queue.ts';
import type { ApiRequest, Route } from './route.ts';
import { routes } from './routes.ts';
import { onWatchMessage } from './watch-target.queue.ts';

/** The app with an invocation's own log, so that every line stands with its invocation in the portal. */
export interface App {
  api(context: InvocationContext): Api;
  life(context: InvocationContext): Lifecycle;
}

const connection = 'AzureWebJobsStorage';

const queueFunctions = [
  { name: 'provision', queueName: 'provision', handle: onProvisionMessage },
  { name: 'watch', queueName: 'watch', handle: onWatchMessage },
  { name: 'release', queueName: 'release', handle: onReleaseMessage },
  { name: 'drain-provision-poison', queueName: 'provision-poison', handle: onPoisonMessage },
  { name: 'drain-watch-poison', queueName: 'watch-poison', handle: onPoisonMessage },
  { name: 'drain-release-poison', queueName: 'release-poison', handle: onPoisonMessage },
] as const;

const timerFunctions = [
  { name: 'expire-containers', schedule: '0 * * * * *', run: onExpireTimer },
  { name: 'reconcile-containers', schedule: '30 */5 * * * *', run: onReconcileTimer },
] as const;

function requestOf(request: HttpRequest): ApiRequest {
  return {
    params: request.params,
    query: Object.fromEntries(request.query),
    header: (name) => request.headers.get(name) ?? undefined,
    text: () => request.text(),
  };
}

function registerRoute(running: App, route: Route): void {
  app.http(route.name, {
    methods: [route.method],
    route: route.path,
    authLevel: 'anonymous',
    async handler(request: HttpRequest, context: InvocationContext): Promise<HttpResponseInit> {
      const { status, headers, body } = await answer(route, running.api(context), requestOf(request));
      return { status, headers: { ...headers }, body: JSON.stringify(body) };
    },
  });
}

/** Registers every function with the Functions host. */
export function registerFunctions(running: App): void {
  for (const route of routes) registerRoute(running, route);
  for (const { name, queueName, handle } of queueFunctions) {
    app.storageQueue(name, {
      queueName,
      connection,
      handler: (message: unknown, context: InvocationContext) => handle(running.life(context), message),
    });
  }
  for (const { name, schedule, run } of timerFunctions) {
    app.timer(name, { schedule, handler: (_timer, context) => run(running.life(context)) });
  }
}
