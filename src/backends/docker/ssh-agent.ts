import { Agent, type ClientRequestArgs } from 'node:http';
import { type Duplex, PassThrough } from 'node:stream';
import { Client, type ClientChannel } from 'ssh2';
import type { DockerConnection } from './docker-connection.ts';
import { turns } from './turns.ts';

type SshConnection = Extract<DockerConnection, { kind: 'ssh' }>;

/** sshd allows ten sessions on one connection unless told otherwise. */
const sessions = 8;
const handshakeLimitMs = 15_000;
const idleMs = 5_000;

/** The engine's API on the far side's standard input and output: what Docker's own client runs there too. */
const remoteCommand = 'docker system dial-stdio';

class RemoteCommandError extends Error {
  override readonly name = 'RemoteCommandError';
  readonly level = 'remote-command';
}

/** A remote end without `docker`, or with one that cannot reach its engine, says so only on standard error. */
function failOnExit(channel: ClientChannel): void {
  let said = '';
  // A request that was given up no longer listens, and an error without a listener would end the process.
  channel.on('error', () => undefined);
  channel.stderr.on('data', (chunk: Buffer) => {
    said = (said + chunk.toString('utf8')).slice(0, 300);
  });
  channel.on('exit', (code: number | null) => {
    if (code !== 0)
      channel.emit('error', new RemoteCommandError(`${remoteCommand} ended with ${code}: ${said.trim()}`));
  });
}

function openChannel(client: Client): Promise<ClientChannel> {
  return new Promise((resolve, reject) => {
    client.exec(remoteCommand, (error, channel) => {
      if (error) return reject(new RemoteCommandError(error.message));
      failOnExit(channel);
      resolve(channel);
    });
  });
}

function connect(connection: SshConnection, ended: () => void): Promise<Client> {
  return new Promise((resolve, reject) => {
    const client = new Client();
    client.once('ready', () => resolve(client));
    // Once connected, an error's news is the `close` that follows it: every session then ends as a broken socket.
    client.on('error', reject);
    client.once('close', () => {
      ended();
      reject(new RemoteCommandError('the connection was closed'));
    });
    client.connect({
      host: connection.host,
      port: connection.port,
      username: connection.user,
      privateKey: connection.key,
      hostHash: 'sha256',
      hostVerifier: (hash: string) => Buffer.from(hash, 'hex').equals(Buffer.from(connection.hostKey, 'base64')),
      readyTimeout: handshakeLimitMs,
      keepaliveInterval: 10_000,
      keepaliveCountMax: 3,
    });
  });
}

/**
 * HTTP over one shared SSH connection, a session a request. dockerode's own SSH transport logs in anew for every
 * request, which sshd cuts off at ten at a time, does not check the host key unless told, and throws outside any
 * promise when the far side refuses a session.
 */
export class SshAgent extends Agent {
  readonly #connection: SshConnection;
  /** A session counts until the far side has ended it, which is later than the end of its answer. */
  readonly #takeTurn = turns(sessions);
  #client: Promise<Client> | undefined;
  #open = 0;
  #idle: NodeJS.Timeout | undefined;

  constructor(connection: SshConnection) {
    super();
    this.#connection = connection;
  }

  override createConnection(
    _options: ClientRequestArgs,
    done?: (error: Error | null, stream: Duplex) => void,
  ): undefined {
    const session = async (): Promise<void> => {
      const channel = await this.#session();
      done?.(null, channel);
      await new Promise((resolve) => channel.once('close', resolve));
    };
    this.#takeTurn(() => this.#counted(session)).catch((error: Error) => {
      // The stream is not looked at beside an error; the callback's type asks for one.
      done?.(error, new PassThrough());
    });
  }

  async #counted(session: () => Promise<void>): Promise<void> {
    clearTimeout(this.#idle);
    this.#open += 1;
    try {
      await session();
    } finally {
      this.#open -= 1;
      if (this.#open === 0) this.#endWhenIdle();
    }
  }

  async #session(): Promise<ClientChannel> {
    this.#client ??= this.#login();
    return openChannel(await this.#client);
  }

  #login(): Promise<Client> {
    const forget = (): void => {
      if (this.#client === login) this.#client = undefined;
    };
    const login = connect(this.#connection, forget);
    login.catch(forget);
    return login;
  }

  /** An idle connection would keep the process alive. */
  #endWhenIdle(): void {
    this.#idle = setTimeout(() => {
      const ended = this.#client;
      this.#client = undefined;
      ended?.then(
        (client) => client.end(),
        () => undefined,
      );
    }, idleMs);
    this.#idle.unref();
  }
}
