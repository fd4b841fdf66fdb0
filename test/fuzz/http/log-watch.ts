import type { LogEntry } from '../../../local/functions-host/log.ts';
import { Violation } from '../violation.ts';
import type { Secrets } from './oracle.ts';

/** A function that threw, as the host tells it. A request that its sender broke off is no such thing. */
const thrown = /^(Function failed|Started by hand, it failed|Message \S+, try \d+, failed)/;

/** What the app and the host said that they must not, and how often a pass was over. */
export class LogWatch {
  #secrets: Secrets | undefined;
  readonly #passes = new Map<string, number>();
  violation: Violation | undefined;
  /** How often the app failed a call for a row that cannot be read. */
  unreadable = 0;

  guard(secrets: Secrets): void {
    this.#secrets = secrets;
  }

  passes(name: 'Expire pass' | 'Reconcile pass'): number {
    return this.#passes.get(name) ?? 0;
  }

  readonly onLog = ({ category, message }: LogEntry): void => {
    const pass = /^(?:Expire|Reconcile) pass/.exec(message)?.[0];
    if (pass !== undefined) this.#passes.set(pass, (this.#passes.get(pass) ?? 0) + 1);
    if (message.includes('A request failed unexpectedly') && message.includes('A stored row cannot be read'))
      this.unreadable += 1;
    if (this.#secrets === undefined) return;
    const hidden = [...this.#secrets.never].find(([, value]) => message.includes(value));
    const token = /eyJ[\w-]{10,}\.[\w-]{10,}\.[\w-]{10,}/.exec(message);
    const stack = category === 'user' && /\n\s+at /.test(message);
    if (hidden !== undefined || token !== null || stack) {
      const what = hidden?.[0] ?? (token === null ? 'a stack' : 'a token');
      this.violation ??= new Violation('leak', `a log line holds ${what}: ${message.slice(0, 800)}`);
    }
    if (thrown.test(message)) this.violation ??= new Violation('wrong', `a function threw: ${message.slice(0, 1500)}`);
  };
}
