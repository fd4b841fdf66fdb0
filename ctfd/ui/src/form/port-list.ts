import { asObject, number, parseJson, text } from '../service/json.ts';

export const protocols = ['http', 'https', 'ssh', 'tcp', 'udp'] as const;
export type PortProtocol = (typeof protocols)[number];

/** A port as it is being written: the number may still be anything. */
export interface PortDraft {
  readonly label: string;
  readonly port: string;
  readonly protocol: PortProtocol;
  readonly template: string;
}

/** What is shown where an author gives no template. */
export const defaultTemplates = {
  http: 'http://{host}:{port}',
  https: 'https://{host}:{port}',
  ssh: 'ssh -p {port} ctf@{host}',
  tcp: 'nc {host} {port}',
  udp: 'nc -u {host} {port}',
} as const satisfies Record<PortProtocol, string>;

export const mostPorts = 5;
export const newPort: PortDraft = { label: 'Connect', port: '', protocol: 'http', template: '' };

export function asProtocol(value: string | undefined): PortProtocol | undefined {
  return protocols.find((known) => known === value);
}

function parsePort(value: unknown): PortDraft | undefined {
  const source = asObject(value);
  const port = number(source, 'port');
  const protocol = asProtocol(text(source, 'protocol'));
  if (port === undefined || protocol === undefined) return undefined;
  return { label: text(source, 'label') ?? '', port: String(port), protocol, template: text(source, 'template') ?? '' };
}

/** What the field holds; undefined when it is no list of ports, and must not be written over. */
export function parsePorts(source: string): readonly PortDraft[] | undefined {
  if (source.trim() === '') return [];
  const value = parseJson(source);
  if (!Array.isArray(value)) return undefined;
  const ports = value.map(parsePort).filter((port) => port !== undefined);
  return ports.length === value.length ? ports : undefined;
}

export function isPortNumber(port: string): boolean {
  return /^[0-9]{1,5}$/.test(port) && Number(port) >= 1 && Number(port) <= 65_535;
}

/** A number that is none yet is sent as it was written, so that CTFd can say what is wrong with it. */
export function writePorts(ports: readonly PortDraft[]): string {
  return JSON.stringify(
    ports.map(({ label, port, protocol, template }) => ({
      ...(label.trim() !== '' && { label: label.trim() }),
      port: isPortNumber(port) ? Number(port) : port,
      protocol,
      ...(template.trim() !== '' && { template: template.trim() }),
    })),
  );
}

export type PortFault = { readonly kind: 'none' | 'invalid' } | { readonly kind: 'twice'; readonly port: string };

/** The first thing that the service would refuse. */
export function faultOf(ports: readonly PortDraft[]): PortFault | undefined {
  if (ports.length === 0) return { kind: 'none' };
  const seen = new Set<string>();
  for (const { port, protocol } of ports) {
    if (!isPortNumber(port)) return { kind: 'invalid' };
    const key = `${protocol === 'udp' ? 'udp' : 'tcp'} ${Number(port)}`;
    if (seen.has(key)) return { kind: 'twice', port };
    seen.add(key);
  }
  return undefined;
}
