import { z } from 'zod';

/** How to reach one engine. TCP without TLS exists for loopback only: whoever reaches the API owns its host. */
export type DockerConnection =
  | { readonly kind: 'unix'; readonly socketPath: string }
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number }
  | {
      readonly kind: 'tls';
      readonly host: string;
      readonly port: number;
      readonly ca: string;
      readonly cert: string;
      readonly key: string;
    }
  | {
      readonly kind: 'ssh';
      readonly host: string;
      readonly port: number;
      readonly user: string;
      readonly key: string;
      /** SHA-256 of the host's public key, base64 without padding: what `ssh-keygen -lf` prints after `SHA256:`. */
      readonly hostKey: string;
    };

const hostKeyAdvice = 'as printed by: ssh-keyscan HOST | ssh-keygen -lf -';

/** PEM text. App settings often hold it in one line with \n written out. */
const Pem = z
  .string()
  .transform((text) => `${text.replaceAll('\\n', '\n').trim()}\n`)
  .refine((text) => text.startsWith('-----BEGIN '), { message: 'not a PEM text (-----BEGIN …)' });

const ConnectionInput = z.object({
  /** `unix:///var/run/docker.sock`, `tcp://host:2376` or `ssh://user@host[:port]`. */
  endpoint: z.string().trim(),
  tlsCa: Pem.optional(),
  tlsCert: Pem.optional(),
  tlsKey: Pem.optional(),
  sshKey: Pem.optional(),
  sshHostKey: z
    .string()
    .trim()
    .regex(/^SHA256:[A-Za-z0-9+/]{43}$/, `the form is SHA256:…, ${hostKeyAdvice}`)
    .optional(),
});
type ConnectionInput = z.infer<typeof ConnectionInput>;

export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(\.[0-9]{1,3}){3}$/.test(host);
}

function unixConnection(url: URL): DockerConnection | string {
  if (url.host !== '' || url.pathname.length < 2)
    return 'name the socket by its full path: unix:///var/run/docker.sock';
  return { kind: 'unix', socketPath: decodeURIComponent(url.pathname) };
}

function hostOf(url: URL): string {
  return url.hostname.replace(/^\[(.*)\]$/, '$1');
}

function tcpConnection(url: URL, input: ConnectionInput): DockerConnection | string {
  const host = hostOf(url);
  if (host === '' || url.port === '') return 'name host and port: tcp://docker.example.org:2376';
  const port = Number(url.port);
  const { tlsCa: ca, tlsCert: cert, tlsKey: key } = input;
  if (ca !== undefined && cert !== undefined && key !== undefined) return { kind: 'tls', host, port, ca, cert, key };
  const missing = [!ca && 'the CA', !cert && 'the certificate', !key && 'the key'].filter((part) => part !== false);
  if (missing.length < 3) return `TLS needs CA, certificate and key: ${missing.join(' and ')} missing`;
  if (!isLoopback(host)) return `${host} is not this machine, so TLS is needed: give CA, certificate and key`;
  return { kind: 'tcp', host, port };
}

function sshConnection(url: URL, input: ConnectionInput): DockerConnection | string {
  const host = hostOf(url);
  if (host === '' || url.username === '') return 'name user and host: ssh://user@docker.example.org';
  if (url.password !== '') return 'a password cannot be used: give a private key';
  if (input.sshKey === undefined) return 'SSH needs a private key';
  if (input.sshHostKey === undefined) return `SSH needs the host key's fingerprint, ${hostKeyAdvice}`;
  return {
    kind: 'ssh',
    host,
    port: url.port === '' ? 22 : Number(url.port),
    user: decodeURIComponent(url.username),
    key: input.sshKey,
    hostKey: input.sshHostKey.slice('SHA256:'.length),
  };
}

function connectionOf(input: ConnectionInput): DockerConnection | string {
  const url = URL.canParse(input.endpoint) ? new URL(input.endpoint) : undefined;
  switch (url?.protocol) {
    case 'unix:':
      return unixConnection(url);
    case 'tcp:':
      return tcpConnection(url, input);
    case 'ssh:':
      return sshConnection(url, input);
    default:
      return 'not an engine: the forms are unix:///path, tcp://host:port and ssh://user@host';
  }
}

/** The endpoint's text and its credentials, read into one way to connect; every fault is a sentence. */
export const DockerConnection = ConnectionInput.transform((input, context): DockerConnection => {
  const read = connectionOf(input);
  if (typeof read !== 'string') return read;
  context.addIssue({ code: 'custom', path: ['endpoint'], message: read });
  return z.NEVER;
});
