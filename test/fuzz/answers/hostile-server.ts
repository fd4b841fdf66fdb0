import { once } from 'node:events';
import http, { type IncomingMessage, type ServerResponse } from 'node:http';
import https from 'node:https';
import { z } from 'zod';
import { selfSignedCertificate } from '../../../local/azure/tls/self-signed-certificate.ts';
import { trustCertificate } from '../../../local/azure/tls/trust-certificate.ts';
import { type HostileAnswer, type RightAnswer, sendHostile, sendRight, statusOf, textOf } from './hostile-answer.ts';

/** One answered request, as it looked from outside. */
export interface Answered {
  readonly method: string;
  readonly path: string;
  readonly hostile: boolean;
  /** Absent where no whole answer was sent. */
  readonly status: number | undefined;
  readonly text: string | undefined;
}

/** From the `strikesAt`th request on, counted from 0, the answers are hostile: once, or all of them. */
export interface Script {
  readonly strikesAt: number;
  readonly always: boolean;
  readonly answer: HostileAnswer;
}

export interface HostileServer {
  readonly port: number;
  /** Starts anew: what is asked from here on is answered by `right`, but for what the script says. */
  begin(script: Script, right: (method: string, path: string) => RightAnswer): readonly Answered[];
  /** Connections on which an answer never ends and that are still open. */
  hanging(): number;
  close(): Promise<void>;
}

const Address = z.object({ port: z.number() });

/** A service on loopback that answers rightly until it doesn't. */
export async function startHostileServer(scheme: 'http' | 'https'): Promise<HostileServer> {
  let script: Script | undefined;
  let right: (method: string, path: string) => RightAnswer = () => ({ status: 500 });
  let answered: Answered[] = [];
  let hanging = 0;
  const answer = (request: IncomingMessage, response: ServerResponse): void => {
    const method = request.method ?? '';
    const path = (request.url ?? '').split('?')[0] ?? '';
    const good = right(method, path);
    const number = answered.length;
    const strikes = script !== undefined && (script.always ? number >= script.strikesAt : number === script.strikesAt);
    if (script === undefined || !strikes) {
      answered.push({ method, path, hostile: false, status: good.status, text: JSON.stringify(good.body) });
      sendRight(response, good);
      return;
    }
    const { answer: hostile } = script;
    answered.push({ method, path, hostile: true, status: statusOf(hostile, good), text: textOf(hostile, good) });
    if (hostile.is === 'silence' || hostile.is === 'drip') {
      hanging += 1;
      response.once('close', () => {
        hanging -= 1;
      });
    }
    sendHostile(response, hostile, good);
  };
  const listener = (request: IncomingMessage, response: ServerResponse): void => {
    request.resume();
    request.once('end', () => answer(request, response));
  };
  const certificate = selfSignedCertificate(new Date());
  const distrust = scheme === 'https' ? trustCertificate(certificate.certificatePem) : () => undefined;
  const server =
    scheme === 'https'
      ? https.createServer({ cert: certificate.certificatePem, key: certificate.keyPem }, listener)
      : http.createServer(listener);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: Address.parse(server.address()).port,
    begin(next, answers) {
      script = next;
      right = answers;
      answered = [];
      return answered;
    },
    hanging: () => hanging,
    async close() {
      distrust();
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
