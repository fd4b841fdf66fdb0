import { describe, expect, test } from 'vitest';
import { forAdmin, forChallenge, forOwn, forOwner, forService } from '../../../src/core/auth/access.ts';
import { Principal } from '../../../src/core/auth/principal.ts';
import { ChallengeId, EventName } from '../../../src/core/ids.ts';

const event = EventName.parse('spring');
const web = ChallengeId.parse('web');
const other = ChallengeId.parse('other');
const person = { userId: '7', userName: 'Seven', ownerName: 'Team Three' };
const owned = { ...person, owner: 'teams:3', role: 'player' } as const;
const challengeToken = Principal.parse({ ...owned, scope: 'challenge', challenge: web });
const ownerToken = Principal.parse({ ...owned, scope: 'owner' });
const service = Principal.parse({ ...person, scope: 'manage', role: 'service' });
const admin = Principal.parse({ ...person, scope: 'manage', role: 'admin' });
const access = { event, owner: 'teams:3', ownerName: 'Team Three', actor: { id: '7', name: 'Seven' } };
const wrongScope = expect.objectContaining({ code: 'wrong_scope' });
const forbidden = expect.objectContaining({ code: 'forbidden' });

describe('everything for a challenge', () => {
  test('opens with its own token', () => expect(forChallenge(event, challengeToken, web)).toEqual(access));
  test.each([
    ['another challenge’s', challengeToken, other],
    ['the owner’s', ownerToken, web],
    ['the front end’s', service, web],
    ['an organiser’s', admin, web],
  ] as const)('stays shut to %s token', (_name, principal, challenge) => {
    expect(() => forChallenge(event, principal, challenge)).toThrow(wrongScope);
  });
});

describe('state and stop', () => {
  test('open with the challenge’s token', () => expect(forOwn(event, challengeToken, web)).toEqual(access));
  test('open with the owner’s token', () => expect(forOwn(event, ownerToken, other)).toEqual(access));
  test('stay shut to another challenge’s token', () => {
    expect(() => forOwn(event, challengeToken, other)).toThrow(wrongScope);
  });
  test('stay shut to a manage token', () => expect(() => forOwn(event, admin, web)).toThrow(wrongScope));
});

describe('the list of all', () => {
  test('opens with the owner’s token', () => expect(forOwner(event, ownerToken)).toEqual(access));
  test.each([challengeToken, service, admin])('stays shut to $scope by $role', (principal) => {
    expect(() => forOwner(event, principal)).toThrow(wrongScope);
  });
});

describe('what the front end and organisers do', () => {
  test('names who acts', () => {
    expect([forService(service), forService(admin), forAdmin(admin)]).toEqual(['service:7', 'admin:7', 'admin:7']);
  });
  test.each([challengeToken, ownerToken])('stays shut to a player’s $scope token', (principal) => {
    expect(() => forService(principal)).toThrow(forbidden);
    expect(() => forAdmin(principal)).toThrow(forbidden);
  });
  test('the organiser’s part stays shut to the front end', () => expect(() => forAdmin(service)).toThrow(forbidden));
});
