import { DefaultAzureCredential, ManagedIdentityCredential } from '@azure/identity';
import { decodeJwt } from 'jose';
import { describe, expect, it } from 'vitest';
import { startBench } from './support/stand-in.ts';

const bench = await startBench({ listen: false });
const { clientId } = bench.standIn;
const { IDENTITY_ENDPOINT = '', IDENTITY_HEADER = '' } = bench.standIn.environment;
const SCOPE = 'https://management.azure.com/.default';

async function ask(
  query: Record<string, string>,
  header: string | undefined = IDENTITY_HEADER,
): Promise<[number, unknown]> {
  const all = { 'api-version': '2019-08-01', resource: 'https://management.azure.com', client_id: clientId, ...query };
  const response = await fetch(`${IDENTITY_ENDPOINT}?${new URLSearchParams(all)}`, {
    headers: header === '' ? {} : { 'x-identity-header': header },
  });
  return [response.status, await response.json()];
}

describe('the managed identity endpoint', () => {
  it('gives tokens to ManagedIdentityCredential', async () => {
    const { token, expiresOnTimestamp } = await bench.credential.getToken(SCOPE);
    expect(decodeJwt(token)).toMatchObject({ aud: 'https://management.azure.com', appid: clientId });
    expect(expiresOnTimestamp).toBeGreaterThan(Date.now() + 23 * 60 * 60 * 1000);
  });

  it('gives tokens to DefaultAzureCredential', async () => {
    const credential = new DefaultAzureCredential({ managedIdentityClientId: clientId });
    const { token } = await credential.getToken('https://containerregistry.azure.net/.default');
    expect(decodeJwt(token).aud).toBe('https://containerregistry.azure.net');
  });

  it('gives none for an identity that the app does not carry', async () => {
    const other = new ManagedIdentityCredential({ clientId: '00000000-0000-4000-8000-0000000000c1' });
    await expect(other.getToken(SCOPE)).rejects.toThrow(/No User Assigned or Delegated Managed Identity found/);
  });

  it.each<[string, Record<string, string>, string, number]>([
    ['a wrong header', {}, 'made-up', 401],
    ['no header', {}, '', 401],
    ['another protocol version', { 'api-version': '2017-09-01' }, IDENTITY_HEADER, 400],
    ['a resource that is none', { resource: 'https://example.org' }, IDENTITY_HEADER, 400],
    ['no identity named', { client_id: '' }, IDENTITY_HEADER, 400],
  ])('refuses %s', async (_what, query, header, status) => {
    expect(await ask(query, header)).toMatchObject([status, { statusCode: status }]);
  });

  it('answers as App Service does', async () => {
    const [status, body] = await ask({});
    expect(status).toBe(200);
    expect(body).toMatchObject({
      token_type: 'Bearer',
      client_id: clientId,
      expires_on: expect.stringMatching(/^\d{10}$/),
    });
  });
});
