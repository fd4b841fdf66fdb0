import { parseArgs } from 'node:util';
import { createSigningKey, publicEntry, writeSigningKey } from '../local/signing-key.ts';

/** npm run keys -- --event ctf --out key.json: a key pair for trying things by hand, or for a front end of your own. */
const { values } = parseArgs({
  options: {
    event: { type: 'string', default: 'ctf' },
    iss: { type: 'string', default: 'by-hand' },
    kid: { type: 'string', default: `by-hand-${new Date().toISOString().slice(0, 10)}` },
    out: { type: 'string', default: 'berth-key.json' },
  },
});

try {
  const key = await createSigningKey(values);
  await writeSigningKey(values.out, key);
  process.stderr.write(
    `The private key is in ${values.out}; keep it to yourself. The setting BERTH_TOKEN_KEYS of the app:\n`,
  );
  process.stdout.write(`${JSON.stringify([publicEntry(key)])}\n`);
} catch (error) {
  const text = error instanceof Error ? error.message : String(error);
  process.stderr.write(`No key was written: ${text}\nGive another file with --out.\n`);
  process.exitCode = 1;
}
