import { parseArgs } from 'node:util';
import { mintToken, readSigningKey, type TokenClaims } from '../local/signing-key.ts';

const usage = `npm run token -- --key berth-key.json --owner users:7 --challenge 3    a player's, for one challenge
npm run token -- --key berth-key.json --owner users:7                 a player's, for list, state and stop
npm run token -- --key berth-key.json --admin                         an organiser's
npm run token -- --key berth-key.json --service                       the front end's

Prints a token that is good for five minutes.`;

const { values } = parseArgs({
  options: {
    key: { type: 'string', default: 'berth-key.json' },
    owner: { type: 'string' },
    challenge: { type: 'string' },
    name: { type: 'string' },
    admin: { type: 'boolean', default: false },
    service: { type: 'boolean', default: false },
  },
});

function claims(): TokenClaims | undefined {
  const { owner, challenge, admin, service } = values;
  const name = values.name ?? owner ?? 'by hand';
  if (admin || service)
    return { sub: 'service', uid: 'by-hand', name, scope: 'manage', role: admin ? 'admin' : 'service' };
  if (owner === undefined) return undefined;
  const person = { sub: owner, uid: owner.replace(/^.*:/, ''), name, role: 'player' } as const;
  return challenge === undefined ? { ...person, scope: 'owner' } : { ...person, scope: 'challenge', challenge };
}

const wanted = claims();
if (wanted === undefined) {
  process.stderr.write(`${usage}\n`);
  process.exitCode = 1;
} else {
  process.stdout.write(`${await mintToken(await readSigningKey(values.key), wanted, Date.now())}\n`);
}
