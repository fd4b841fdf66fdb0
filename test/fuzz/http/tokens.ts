import type { webcrypto } from 'node:crypto';
import fc from 'fast-check';
import { generateKeyPair, importJWK, SignJWT } from 'jose';
import type { SigningKey } from '../../../local/signing-key.ts';
import { hostileJson, hostileText } from '../hostile-values.ts';
import { challenges, owners } from './pools.ts';

/** Whom a token that is good speaks for. */
export type Who =
  | {
      readonly speaksFor: 'player';
      readonly owner: string;
      readonly role: 'player' | 'admin';
      readonly challenge?: string | undefined;
    }
  | { readonly speaksFor: 'service' | 'admin' };

const forgeries = [
  'alg none',
  'alg None with a signature',
  'HS256 with the public key',
  'HS256 with the public key as text',
  'a stranger’s key',
  'the other key’s kid',
  'an unknown kid',
  'no kid',
  'a kid that is a path',
  'a broken signature',
  'another payload',
  'expired',
  'not yet valid',
  'another audience',
  'two audiences, both wrong',
  'another issuer',
  'too long a life',
  'no expiry',
  'no jti',
  'a critical header',
  'a key of its own in the header',
  'larger than any',
] as const;
export type Forgery = (typeof forgeries)[number];
export const forgery: fc.Arbitrary<Forgery> = fc.constantFrom(...forgeries);

export type TokenPlan =
  | { readonly is: 'absent' }
  /** Header values as they are. */
  | { readonly is: 'verbatim'; readonly authorization: readonly string[] }
  | { readonly is: 'good'; readonly who: Who }
  /** Rightly signed, with one claim that is odd: the service has to decide. */
  | { readonly is: 'odd'; readonly who: Who; readonly claim: string; readonly value: unknown }
  | { readonly is: 'forged'; readonly who: Who; readonly how: Forgery };

const who: fc.Arbitrary<Who> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      speaksFor: fc.constant('player' as const),
      owner: fc.constantFrom(...owners),
      role: fc.constantFrom('player' as const, 'player' as const, 'admin' as const),
      challenge: fc.option(fc.constantFrom(...challenges), { nil: undefined }),
    }),
  },
  { weight: 3, arbitrary: fc.record({ speaksFor: fc.constantFrom('service' as const, 'admin' as const) }) },
);

const claimNames = ['sub', 'uid', 'name', 'oname', 'role', 'scope', 'challenge', 'iat', 'nbf', 'jti', 'more'] as const;
const schemes = ['Bearer ', 'bearer ', 'Basic ', '', 'Bearer  ', 'Bearer\t'] as const;

/** What Node itself refuses in a header is left out. */
const controls = /[^\t\x20-\x7e\x80-\u{10ffff}]/gu;

const verbatim = fc.record({
  is: fc.constant('verbatim' as const),
  authorization: fc.array(
    fc
      .tuple(fc.constantFrom(...schemes), hostileText)
      .map(([scheme, text]) => `${scheme}${text}`.replaceAll(controls, '')),
    { minLength: 1, maxLength: 3 },
  ),
});

/** Of whoever: the right one for a call is put in its place by the call's own plan. */
export const tokenPlan: fc.Arbitrary<TokenPlan> = fc.oneof(
  { weight: 1, arbitrary: fc.constant({ is: 'absent' as const }) },
  { weight: 2, arbitrary: verbatim },
  { weight: 5, arbitrary: fc.record({ is: fc.constant('good' as const), who }) },
  {
    weight: 3,
    arbitrary: fc.record({
      is: fc.constant('odd' as const),
      who,
      claim: fc.constantFrom(...claimNames),
      value: hostileJson,
    }),
  },
  { weight: 3, arbitrary: fc.record({ is: fc.constant('forged' as const), who, how: forgery }) },
);

type Claims = Readonly<Record<string, unknown>>;

function claimsOf(person: Who): Claims {
  if (person.speaksFor !== 'player') {
    return { sub: 'service', uid: 'front', name: 'front', role: person.speaksFor, scope: 'manage' };
  }
  const { owner, role, challenge } = person;
  const own = { sub: owner, uid: owner.replace(/^.*:/, ''), name: `Player ${owner}`, role };
  return challenge === undefined ? { ...own, scope: 'owner' } : { ...own, scope: 'challenge', challenge };
}

type SignWith = Parameters<SignJWT['sign']>[0];

function part(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

/** Makes the tokens of the plans, good ones and others. */
export class TokenMint {
  readonly #key: SigningKey;
  readonly #own: webcrypto.CryptoKey | Uint8Array;
  readonly #stranger: webcrypto.CryptoKey;

  private constructor(key: SigningKey, own: webcrypto.CryptoKey | Uint8Array, stranger: webcrypto.CryptoKey) {
    this.#key = key;
    this.#own = own;
    this.#stranger = stranger;
  }

  static async open(key: SigningKey): Promise<TokenMint> {
    const own = await importJWK({ kty: 'OKP', crv: 'Ed25519', d: key.d, x: key.x }, 'EdDSA');
    return new TokenMint(key, own, (await generateKeyPair('EdDSA')).privateKey);
  }

  /** Values of the Authorization header. */
  async authorization(plan: TokenPlan): Promise<readonly string[]> {
    if (plan.is === 'absent') return [];
    if (plan.is === 'verbatim') return plan.authorization;
    const claims = { ...this.#times(), ...claimsOf(plan.who) };
    if (plan.is === 'good') return [await this.#bearer(claims)];
    if (plan.is === 'odd') return [await this.#bearer({ ...claims, [plan.claim]: plan.value })];
    return [`Bearer ${await this.#forge(claims, plan.how)}`];
  }

  #times(shiftSeconds = 0): Claims {
    const iat = Math.floor(Date.now() / 1000) + shiftSeconds;
    const { iss, event } = this.#key;
    return { iss, aud: `berth:${event}`, iat, nbf: iat - 30, exp: iat + 300, jti: crypto.randomUUID() };
  }

  async #bearer(claims: Claims): Promise<string> {
    return `Bearer ${await this.#sign(claims)}`;
  }

  #sign(claims: Claims, header: object = {}, key: SignWith = this.#own): Promise<string> {
    return new SignJWT({ ...claims }).setProtectedHeader({ alg: 'EdDSA', kid: this.#key.kid, ...header }).sign(key);
  }

  async #forge(claims: Claims, how: Forgery): Promise<string> {
    const { kid, x } = this.#key;
    switch (how) {
      case 'alg none':
        return `${part({ alg: 'none', kid })}.${part(claims)}.`;
      case 'alg None with a signature':
        return `${part({ alg: 'None', kid })}.${part(claims)}.AAAA`;
      case 'HS256 with the public key':
        return this.#sign(claims, { alg: 'HS256' }, Buffer.from(x, 'base64url'));
      case 'HS256 with the public key as text':
        return this.#sign(claims, { alg: 'HS256' }, Buffer.from(x));
      case 'a stranger’s key':
        return this.#sign(claims, {}, this.#stranger);
      case 'the other key’s kid':
        return this.#sign(claims, { kid: otherKid });
      case 'an unknown kid':
        return this.#sign(claims, { kid: '__proto__' });
      case 'no kid':
        return this.#sign(claims, { kid: undefined });
      case 'a kid that is a path':
        return this.#sign(claims, { kid: '../../../dev/null' });
      case 'a critical header':
        return this.#sign(claims, { 'x-more': true, crit: ['x-more'] }).catch(
          () => `${part({ alg: 'EdDSA', kid, crit: ['b64'], b64: false })}.${part(claims)}.AAAA`,
        );
      case 'a key of its own in the header':
        return this.#sign(
          claims,
          { jwk: { kty: 'OKP', crv: 'Ed25519', x }, jku: 'http://127.0.0.1:9/keys' },
          this.#stranger,
        );
      default:
        return this.#changed(claims, how);
    }
  }

  async #changed(claims: Claims, how: Forgery): Promise<string> {
    const [head = '', , signature = ''] = (await this.#sign(claims)).split('.');
    switch (how) {
      case 'a broken signature':
        return `${head}.${part(claims)}.${signature.split('').toReversed().join('')}`;
      case 'another payload':
        return `${head}.${part({ ...claims, uid: 'forged', role: 'admin', scope: 'manage' })}.${signature}`;
      case 'expired':
        return this.#sign({ ...claims, ...this.#times(-4000) });
      case 'not yet valid':
        return this.#sign({ ...claims, ...this.#times(4000) });
      case 'another audience':
        return this.#sign({ ...claims, aud: 'berth:other' });
      case 'two audiences, both wrong':
        return this.#sign({ ...claims, aud: ['berth:other', 'berth'] });
      case 'another issuer':
        return this.#sign({ ...claims, iss: 'other' });
      case 'too long a life':
        return this.#sign({ ...claims, exp: Math.floor(Date.now() / 1000) + 4000 });
      case 'no expiry':
        return this.#sign({ ...claims, exp: undefined });
      case 'no jti':
        return this.#sign({ ...claims, jti: undefined });
      default:
        return this.#sign({ ...claims, more: 'x'.repeat(20_000) });
    }
  }
}

/** The second key of the front end: known, and not the one that signs here. */
export const otherKid = 'fuzz-2';
