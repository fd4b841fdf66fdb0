import { asObject, text } from '../service/json.ts';

declare global {
  interface Window {
    /** What CTFd's pages say of themselves. */
    readonly init?: unknown;
    readonly CTFd?: unknown;
  }
}

export function csrfToken(): string {
  return text(asObject(window.init), 'csrfNonce') ?? '';
}

/** The plugin's own route for tokens. CTFd may live in a folder of its site. */
export function tokenUrl(scope: string): string {
  return `${text(asObject(window.init), 'urlRoot') ?? ''}/plugins/berth/api/token/${scope}`;
}
