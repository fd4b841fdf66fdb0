import { z } from 'zod';
import { BackendError, type BackendFault } from '../../core/errors.ts';
import { seconds } from '../../core/ids.ts';

const later = (s: number): BackendFault => ({ kind: 'retryable', delayMs: seconds(s) });
const full = (s: number): BackendFault => ({ kind: 'capacity', delayMs: seconds(s) });
const never = (advice: string): BackendFault => ({ kind: 'permanent', advice });

interface Rule {
  /** HTTP statuses it may come with; an engine's versions differ in them. Absent: any. */
  readonly status?: readonly number[];
  readonly words: RegExp;
  readonly code: string;
  readonly fault: BackendFault;
}

const loadImage = never(
  'Load the image on the engine (docker pull, docker load or docker build), or let Berth pull missing images.',
);
const mendCommand = never('Mend the command: the image has no such program, or it is not executable.');

/**
 * What the engine says, in order. Docker gives no codes, so its words are all there is to tell a full disk from a bad
 * command; they stand here and nowhere else. What no rule knows goes by its HTTP status.
 */
const rules: readonly Rule[] = [
  { status: [404], words: /no such image|manifest .*(unknown|not found)/i, code: 'image_missing', fault: loadImage },
  { words: /manifest unknown|not found: manifest/i, code: 'image_missing', fault: loadImage },
  { words: /pull access denied|repository .*(not found|does not exist)/i, code: 'image_missing', fault: loadImage },
  { words: /toomanyrequests|rate limit/i, code: 'pull_rate', fault: later(60) },
  { words: /no space left on device|disk quota exceeded/i, code: 'disk_full', fault: full(60) },
  { words: /no available ipv4 addresses|all ports are allocated/i, code: 'addresses_used_up', fault: full(30) },
  // A Linux bridge takes 1023 interfaces; the next one is refused with these words.
  { words: /exchange full/i, code: 'bridge_full', fault: full(30) },
  { words: /non-overlapping ipv4 address pool/i, code: 'networks_used_up', fault: full(60) },
  { words: /cannot allocate memory|resource temporarily unavailable/i, code: 'host_exhausted', fault: full(30) },
  { words: /port is already allocated|address already in use/i, code: 'port_taken', fault: later(1) },
  { words: /executable file not found|no command specified/i, code: 'bad_command', fault: mendCommand },
  { words: /(exec|starting container process).*no such file or directory/i, code: 'bad_command', fault: mendCommand },
  { words: /(exec|starting container process).*permission denied/i, code: 'bad_command', fault: mendCommand },
  { words: /exec format error/i, code: 'bad_command', fault: never('The image is made for another processor.') },
  {
    words: /no matching entries in (passwd|group) file/i,
    code: 'bad_user',
    fault: never("Mend the image's USER: it has no such account."),
  },
  // It was being started when the engine crashed: its runtime knows it already, and the engine cannot start it any more.
  { words: /task \S+ already exists|\bid already in use/i, code: 'half_started', fault: later(1) },
  { status: [409], words: /container name .* is already in use/i, code: 'name_taken', fault: later(1) },
  { words: /marked for removal|removal of container .* in progress/i, code: 'being_removed', fault: later(1) },
  {
    words: /networks have same bridge name|network with name .* already exists/i,
    code: 'network_taken',
    fault: later(5),
  },
  { status: [404], words: /network .* not found|no such network/i, code: 'network_missing', fault: later(1) },
];

function byStatus(status: number): { readonly code: string; readonly fault: BackendFault } {
  if (status === 400) return { code: 'engine_refused', fault: never('Mend what the engine says is wrong.') };
  if (status === 429) return { code: 'engine_throttled', fault: { kind: 'throttled', delayMs: seconds(5) } };
  if (status === 401 || status === 403) return { code: 'engine_forbidden', fault: later(30) };
  if (status >= 500) return { code: 'engine_error', fault: later(5) };
  return { code: 'engine_answer', fault: later(5) };
}

/** What Node throws for a socket, a name or a certificate. */
const SystemFault = z.object({ code: z.string(), message: z.string() });
/** What the SSH client throws, by the stage it got to. */
const SshFault = z.object({ level: z.string(), message: z.string() });

const tlsCodes = /^(ERR_TLS_|ERR_SSL_|CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_|EPROTO|ERR_OSSL_)/;

/** At most this much of the engine's own words: a refusal can quote a whole command line. */
const wordsLimit = 400;

function refusal(code: string, fault: BackendFault, status: number, words: string, doing: string): BackendError {
  const why = words === '' ? `status ${status} without a reason` : words.slice(0, wordsLimit);
  return new BackendError(code, `The engine refused to ${doing}: ${why}`, fault);
}

/** An answer that refuses, by its status and the engine's own words. */
export function refused(status: number, words: string, doing: string): BackendError {
  const rule = rules.find((each) => (each.status?.includes(status) ?? true) && each.words.test(words));
  const { code, fault } = rule ?? byStatus(status);
  return refusal(code, fault, status, words, doing);
}

/** A refusal that is not the engine's: a proxy's page, or the TLS listener's plain text. No challenge is to blame. */
export function refusedByAnother(status: number, text: string, doing: string): BackendError {
  if (/HTTP request to an HTTPS server/i.test(text)) return refusal('engine_tls', later(30), status, text, doing);
  const { code, fault } = byStatus(status);
  return fault.kind === 'permanent'
    ? refusal('engine_answer', later(30), status, text, doing)
    : refusal(code, fault, status, text, doing);
}

/**
 * No answer came while `doing` something. What is the operator's to mend (a socket, a certificate, a login) is
 * retryable, never permanent: it is no fault of the challenge.
 */
export function dockerError(error: unknown, doing: string): BackendError {
  if (error instanceof BackendError) return error;
  if (error instanceof Error && (error.name === 'AbortError' || error.name === 'TimeoutError')) {
    return new BackendError('engine_timeout', `The engine took too long to ${doing}.`, later(5), error);
  }
  const ssh = SshFault.safeParse(error);
  if (ssh.success) {
    return new BackendError('engine_ssh', `No SSH session to the engine's host: ${ssh.data.message}`, later(15), error);
  }
  const system = SystemFault.safeParse(error);
  if (system.success && tlsCodes.test(system.data.code)) {
    return new BackendError('engine_tls', `No TLS connection to the engine: ${system.data.message}`, later(30), error);
  }
  const why = error instanceof Error ? error.message : String(error);
  return new BackendError('engine_unreachable', `The engine cannot be reached: ${why}`, later(5), error);
}

/** The engine answered with something that is not its API. */
export function notUnderstood(doing: string, problem: string): BackendError {
  return new BackendError('engine_answer', `The engine's answer to ${doing} was not understood: ${problem}`, later(5));
}
