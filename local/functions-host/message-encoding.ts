import type { QueuesOptions } from './host-json.ts';

/** host.json's `messageEncoding`. */
export type MessageEncoding = QueuesOptions['messageEncoding'];

/** The text to put in a queue. */
export function encodeMessage(text: string | Uint8Array, encoding: MessageEncoding): string {
  return Buffer.from(text).toString(encoding === 'base64' ? 'base64' : 'utf8');
}

/** What a queued text says, or undefined if it is not in the encoding that host.json promises. */
export function decodeMessage(text: string, encoding: MessageEncoding): string | undefined {
  if (encoding === 'none') return text;
  const bytes = Buffer.from(text, 'base64');
  return bytes.toString('base64') === text ? bytes.toString('utf8') : undefined;
}
