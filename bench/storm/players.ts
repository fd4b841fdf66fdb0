import { mintToken, type SigningKey } from '../../local/signing-key.ts';

/** Owners of a storm have numbers that no front end gives: 900,000,000 and up. */
const firstNumber = 900_000_000;
/** A token lives for five minutes; a new one is minted well before. */
const freshMs = 4 * 60_000;

/** A made-up player with tokens of its own: one for the challenge, one for its list and its stops. */
export interface Player {
  readonly owner: string;
  challengeToken(): Promise<string>;
  ownerToken(): Promise<string>;
}

function renewing(mint: (now: number) => Promise<string>): () => Promise<string> {
  let known: { readonly token: Promise<string>; readonly at: number } | undefined;
  return () => {
    const now = Date.now();
    if (known === undefined || now - known.at > freshMs) known = { token: mint(now), at: now };
    return known.token;
  };
}

function playerOf(key: SigningKey, number: number, challenge: string): Player {
  const person = { sub: `users:${number}`, uid: String(number), name: `Storm ${number}`, role: 'player' } as const;
  return {
    owner: person.sub,
    challengeToken: renewing((now) => mintToken(key, { ...person, scope: 'challenge', challenge }, now)),
    ownerToken: renewing((now) => mintToken(key, { ...person, scope: 'owner' }, now)),
  };
}

/** So many players, from a number chosen anew each time, with their first tokens minted already. */
export async function makePlayers(key: SigningKey, count: number, challenge: string): Promise<readonly Player[]> {
  const first = firstNumber + Math.floor(Math.random() * 90) * 1_000_000;
  const players = Array.from({ length: count }, (_, index) => playerOf(key, first + index, challenge));
  for (const player of players) await player.challengeToken();
  return players;
}
