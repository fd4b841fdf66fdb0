import { type Zippable, zipSync } from 'fflate';

/** By its local parts, which is how a zip keeps time: the same bytes in every time zone. */
const always = new Date(1980, 0, 1);

/** One zip for one set of files: the same bytes whenever, wherever and in whatever order they were read. */
export function packApp(files: ReadonlyMap<string, Uint8Array>): Uint8Array {
  const sorted = [...files].sort(([a], [b]) => (a < b ? -1 : 1));
  const entries: Zippable = Object.fromEntries(sorted);
  return zipSync(entries, { level: 9, mtime: always });
}
