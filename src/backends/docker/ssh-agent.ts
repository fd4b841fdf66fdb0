import { Agent, type ClientRequestArgs } from 'node:http';
import { Duplex, PassThrough } from 'node:stream';
import { Client, type ClientChannel } from 'ssh2';
import type { DockerConnection } from './docker-connection.ts';
import { turns } from './turns.ts';

type SshConnection = Extract<DockerConnection, { kind: 'ssh' }>;

/**
 * sshd allows ten sessions on one connection unless told otherwise, and counts one that ended for a moment longer: so
 * each may be followed by the next before it is forgotten.
 */
export const sshSessions = 4;
const handshakeLimitMs = 15_000;
const endLimitMs = 3_000;
const idleMs = 5_000;

/** The engine's API on the far side's standard input and output: what Docker's own client runs there too. */
const remoteCommand = 'docker system dial-stdio';

class RemoteCommandError extends Error {
  override readonly name = 'RemoteCommandError';
  readonly level = 'remote-command';
}

/**
 * One session as a socket. The far side's command may fail (no `docker` there, or one that cannot reach its engine),
 * and says why on standard error, after the end of its output: so that end waits for the exit.
 */
class RemoteSocket extends Duplex {
  readonly #channel: ClientChannel;
  #said = '';
  #failure: Error | undefined;

  constructor(channel: ClientChannel) {
    super();
    this.#channel = channel;
    channel.on('data', (chunk: Buffer) => {
      if (!this.push(chunk)) channel.pause();
    });
    channel.stderr.on('data', (chunk: Buffer) => {
      this.#said = (this.#said + chunk.toString('utf8')).slice(0, 300);
    });
    channel.on('exit', (code: number | null) => {
      if (code === 0) return;
      this.#failure = new RemoteCommandError(`${remoteCommand} ended with ${code}: ${this.#said.trim()}`);
    });
    channel.once('close', () => {
      if (this.#failure) this.destroy(this.#failure);
      else this.push(null);
    });
    channel.on('error', (error: Error) => this.destroy(error));
    // A request that was given up no longer listens, and an error without a listener would end the process.
    this.on('error', () => undefined);
  }

  override _read(): void {
    this.#channel.resume();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.#channel.write(chunk, done);
  }

  override _final(done: (error?: Error | null) => void): void {
    this.#channel.end(done);
  }

  /**
   * Node destroys a socket after every answer. A session that is closed at once goes on counting on the far side until
   * its command has ended; so the command is told the end, and closed only where that does not end it.
   */
  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    const channel = this.#channel;
    channel.end();
    channel.resume();
    const insist = setTimeout(() => channel.close(), endLimitMs);
    channel.once('close', () => clearTimeout(insist));
    done(error);
  }
}

function openChannel(client: Client): Promise<ClientChannel> {
  return new Promise((resolve, reject) => {
    client.exec(remoteCommand, (error, channel) => {
      if (error) reject(new RemoteCommandError(error.message));
      else resolve(channel);
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
  readonly #takeTurn = turns(sshSessions);
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
      done?.(null, new RemoteSocket(channel));
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
