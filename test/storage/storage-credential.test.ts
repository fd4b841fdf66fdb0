import type { AccessToken, TokenCredential } from '@azure/identity';
import { expect, test } from 'vitest';
import { lazyCredential } from '../../src/storage/storage-credential.ts';

const token: AccessToken = { token: 'not a real token', expiresOnTimestamp: 0 };

function counted(failures: number): { readonly made: () => number; readonly credential: TokenCredential } {
  let made = 0;
  const credential = lazyCredential(async () => {
    made += 1;
    if (made <= failures) throw new Error('the identity endpoint is not there yet');
    return { getToken: async () => token };
  });
  return { made: () => made, credential };
}

test('is made with the first token, and only once', async () => {
  const { made, credential } = counted(0);
  expect(made()).toBe(0);
  const tokens = await Promise.all([credential.getToken('a'), credential.getToken('b')]);
  expect(tokens).toEqual([token, token]);
  await credential.getToken('a');
  expect(made()).toBe(1);
});

test('is made again after it could not be', async () => {
  const { made, credential } = counted(1);
  await expect(credential.getToken('a')).rejects.toThrow('not there yet');
  expect(await credential.getToken('a')).toEqual(token);
  expect(made()).toBe(2);
});
