/** Whose containers are looked at to have stayed as they were; nobody here ever holds a good token of theirs. */
export const victim = { owner: 'teams:77', challenge: 'vault', word: 'zq9kx7vw' } as const;

/** Who asks. */
export const owners = ['users:7', 'users:8', 'teams:3', 'users:999999999999999999'] as const;

/** One of them, whose containers organisers leave alone, so that they come to run. */
export const undisturbed = 'teams:3';

/** What may be asked for: three that there are, the first two of them for good, one that there is not, and the victim's. */
export const challenges = ['web', 'lasting', 'second', 'none', victim.challenge] as const;

const pageOf = (nextPartitionKey: string, nextRowKey: string): string =>
  Buffer.from(JSON.stringify({ nextPartitionKey, nextRowKey })).toString('base64');

/** Where pages go on, as the service would say it and as it never would. */
const pages = [
  pageOf('ctf~users:7', 'c~web'),
  pageOf(`ctf~${victim.owner}`, 'c~vault'),
  pageOf('other~users:7', 'quota'),
  pageOf("' or 1 eq 1", '\u0000'),
  pageOf('', ''),
  `2026-11-24~${pageOf('ctf~2026-11-24', 'a')}`,
  '2026-11-24~',
  '0001-01-01~',
  '2026-02-30~',
  'W10=',
] as const;

export const pools: Readonly<Record<string, readonly string[]>> = {
  owner: [...owners, victim.owner],
  challengeId: challenges,
  challenge: challenges,
  container: ['aaaaaaaaaaaaaaaaaaaa'],
  target: ['aci', 'other'],
  from: pages,
};
