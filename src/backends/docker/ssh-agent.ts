import { Agent, type ClientRequestArgs } from 'node:http';
import { type Duplex, PassThrough } from 'node:stream';
import { Client, type ClientChannel } from 'ssh2';
import type { DockerConnection } from './docker-connection.ts';

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
      if (error) return reject(error);
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
  #client: Promise<Client> | undefined;
  #open = 0;
  #idle: NodeJS.Timeout | undefined;

  constructor(connection: SshConnection) {
    super({ maxSockets: sessions });
    this.#connection = connection;
  }

  override createConnection(
    _options: ClientRequestArgs,
    done?: (error: Error | null, stream: Duplex) => void,
  ): undefined {
    this.#session().then(
      (channel) => done?.(null, channel),
      // The stream is not looked at beside an error; the callback's type asks for one.
      (error: Error) => done?.(error, new PassThrough()),
    );
  }

  async #session(): Promise<ClientChannel> {
    clearTimeout(this.#idle);
    this.#open += 1;
    try {
      this.#client ??= this.#login();
      const channel = await openChannel(await this.#client);
      channel.once('close', () => this.#closed());
      return channel;
    } catch (error) {
      this.#closed();
      throw error;
    }
  }

  #login(): Promise<Client> {
    const login = connect(this.#connection, () => {
      if (this.#client === login) this.#client = undefined;
    });
    login.catch(() => {
      if (this.#client === login) this.#client = undefined;
    });
    return login;
  }

  /** An idle connection would keep the process alive. */
  #closed(): void {
    this.#open -= 1;
    if (this.#open > 0) return;
    const client = this.#client;
    this.#idle = setTimeout(() => {
      client?.then(
        (opened) => opened.end(),
        () => undefined,
      );
    }, idleMs);
    this.#idle.unref();
  }
}
