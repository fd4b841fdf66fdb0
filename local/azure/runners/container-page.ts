import { createServer, type RequestListener, type Server } from 'node:http';
import type { RunnableGroup } from './group-runner.ts';

/** What a stand-in's container says to whoever connects. */
export function banner(group: RunnableGroup, port: number): string {
  return `Berth stand-in container ${group.name}, port ${port}\r\n`;
}

/** `GET /env` tells the environment, as a container's own process would know it; every other path the page. */
export function pageServer(group: RunnableGroup, port: number, log: (line: string) => void): Server {
  const listener: RequestListener = (request, response) => {
    log(`${request.method} ${request.url} on port ${port}`);
    if (request.url === '/env') {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(JSON.stringify(environment(group)));
      return;
    }
    response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' });
    response.end(page(group, port));
  };
  return createServer(listener);
}

function environment(group: RunnableGroup): Record<string, string> {
  const all = group.containers.flatMap((container) => container.environment);
  return Object.fromEntries(all.map(({ name, value }) => [name, value]));
}

function page(group: RunnableGroup, port: number): string {
  const images = group.containers.map(({ image }) => `<li><code>${escaped(image)}</code></li>`).join('');
  return `<!doctype html><html lang="en"><meta charset="utf-8"><title>${escaped(group.name)}</title>
<h1>${escaped(group.name)}</h1><p>A stand-in for a container, answering on port ${port}. It would run:</p><ul>${images}</ul></html>
`;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}
