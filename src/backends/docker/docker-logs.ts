import { notUnderstood } from './docker-errors.ts';

const headerLength = 8;
/** Standard input, output and error. */
const lastStream = 2;

/** The engine sends frames: one byte of stream, three of nothing, four of length, then the output itself. */
function payloads(output: Buffer): Buffer[] {
  const found: Buffer[] = [];
  let at = 0;
  while (at + headerLength <= output.length) {
    const stream = output.readUInt8(at);
    if (stream > lastStream) throw notUnderstood('read the output of a container', `stream ${stream}`);
    const from = at + headerLength;
    at = from + output.readUInt32BE(at + 4);
    found.push(output.subarray(from, at));
  }
  return found;
}

/** A cut can fall into a character; its remaining bytes are not text. */
function fromCharacter(bytes: Buffer): Buffer {
  let from = 0;
  while (from < 3 && ((bytes[from] ?? 0) & 0xc0) === 0x80) from += 1;
  return bytes.subarray(from);
}

/** The last `bytes` of what a container printed, both streams in the order the engine got them. */
export function lastOutput(output: Buffer, bytes: number): string {
  const text = Buffer.concat(payloads(output));
  if (text.length <= bytes) return text.toString('utf8');
  return fromCharacter(text.subarray(text.length - bytes)).toString('utf8');
}
