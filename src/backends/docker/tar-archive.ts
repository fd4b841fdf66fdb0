/** What an image's layer is made of here: a few files and links, all owned by root. */
export type TarEntry =
  | { readonly type: 'file'; readonly path: string; readonly mode: number; readonly content: Buffer }
  | { readonly type: 'directory'; readonly path: string; readonly mode: number }
  | { readonly type: 'link'; readonly path: string; readonly to: string };

const block = 512;
const typeFlags = { file: '0', link: '2', directory: '5' } as const;

const octal = (value: number, width: number): string => `${value.toString(8).padStart(width - 1, '0')}\0`;

/** One POSIX.1-1988 (ustar) header. The sum is taken with its own field as eight blanks. */
function header(entry: TarEntry): Buffer {
  const head = Buffer.alloc(block);
  if (Buffer.byteLength(entry.path) > 100) throw new RangeError(`a path of more than 100 bytes: ${entry.path}`);
  head.write(entry.path, 0);
  head.write(octal(entry.type === 'link' ? 0o777 : entry.mode, 8), 100);
  head.write(octal(0, 8), 108);
  head.write(octal(0, 8), 116);
  head.write(octal(entry.type === 'file' ? entry.content.length : 0, 12), 124);
  head.write(octal(0, 12), 136);
  head.write('        ', 148);
  head.write(typeFlags[entry.type], 156);
  if (entry.type === 'link') head.write(entry.to, 157);
  head.write('ustar\x0000', 257);
  const sum = head.reduce((total, byte) => total + byte, 0);
  head.write(`${octal(sum, 7)} `, 148);
  return head;
}

function body(entry: TarEntry): Buffer {
  if (entry.type !== 'file') return Buffer.alloc(0);
  const padding = (block - (entry.content.length % block)) % block;
  return Buffer.concat([entry.content, Buffer.alloc(padding)]);
}

/** A tar archive of the entries, in order. */
export function tarArchive(entries: readonly TarEntry[]): Buffer {
  return Buffer.concat([...entries.flatMap((entry) => [header(entry), body(entry)]), Buffer.alloc(2 * block)]);
}
