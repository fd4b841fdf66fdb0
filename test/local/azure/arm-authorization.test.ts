import { describe, expect, it } from 'vitest';
import { manualClock } from './support/manual-clock.ts';
import { rawArm } from './support/raw-arm.ts';
import { startBench } from './support/stand-in.ts';

const tokenClock = manualClock(Date.now());
const bench = await startBench({ listen: false, settings: { tokenLifetimeSeconds: 600 } }, { tokenClock });

async function token(resource: string): Promise<string> {
  return (await bench.credential.getToken(`${resource}/.default`)).token;
}

const refusal = (code: string): object => ({ status: 401, body: { error: { code } } });

describe('Resource Manager asks for a token and', () => {
  it('refuses none', async () => {
    const answer = await rawArm(bench, undefined);
    expect(answer).toMatchObject(refusal('AuthenticationFailed'));
    expect(answer.headers.get('www-authenticate')).toContain('error="invalid_token"');
  });

  it('refuses one that it did not sign', async () => {
    const made = await token('https://management.azure.com');
    expect(await rawArm(bench, `${made.slice(0, -4)}AAAA`)).toMatchObject(refusal('InvalidAuthenticationToken'));
    expect(await rawArm(bench, 'not-a-token')).toMatchObject(refusal('InvalidAuthenticationToken'));
  });

  it('refuses one for another audience', async () => {
    const answer = await rawArm(bench, await token('https://containerregistry.azure.net'));
    expect(answer).toMatchObject(refusal('InvalidAuthenticationTokenAudience'));
  });

  it.each(['https://management.azure.com', 'https://management.core.windows.net', bench.standIn.url])(
    'takes one for %s',
    async (resource) => {
      expect(await rawArm(bench, await token(resource))).toMatchObject({ status: 200, body: { value: [] } });
    },
  );

  it('refuses one that has expired', async () => {
    const made = await token('https://management.azure.com');
    tokenClock.advance(599_000);
    expect((await rawArm(bench, made)).status).toBe(200);
    tokenClock.advance(2_000);
    expect(await rawArm(bench, made)).toMatchObject(refusal('ExpiredAuthenticationToken'));
  });
});

describe('Resource Manager refuses', () => {
  const { subscriptionId, resourceGroup } = bench.standIn;
  const groups = `/subscriptions/${subscriptionId}/resourceGroups/${resourceGroup}/providers/Microsoft.ContainerInstance/containerGroups`;
  // The clock of the tests above has left the real time, so these fetch their token from the endpoint themselves.
  const fresh = async (): Promise<string> => {
    const { IDENTITY_ENDPOINT = '', IDENTITY_HEADER = '' } = bench.standIn.environment;
    const query = `api-version=2019-08-01&resource=https://management.azure.com&client_id=${bench.standIn.clientId}`;
    const response = await fetch(`${IDENTITY_ENDPOINT}?${query}`, {
      headers: { 'x-identity-header': IDENTITY_HEADER },
    });
    const { access_token } = Object(await response.json());
    return String(access_token);
  };

  it.each([
    ['a request without api-version', { apiVersion: '' }, 400, 'MissingApiVersionParameter'],
    ['an unknown api-version', { apiVersion: '1999-01-01' }, 400, 'InvalidResourceType'],
    ['an unknown subscription', { path: groups.replace('00a1', '00ff') }, 404, 'SubscriptionNotFound'],
    ['a path that it has not', { path: `${groups}/a/b` }, 404, 'InvalidResourceType'],
    ['a method that it has not', { path: `${groups}/a`, method: 'POST' }, 405, 'HttpMethodNotAllowed'],
    ['a body that is no JSON', { path: `${groups}/a`, method: 'PUT', body: '{' }, 400, 'InvalidRequestContent'],
    [
      'a body without containers',
      { path: `${groups}/a`, method: 'PUT', body: '{"properties":{}}' },
      400,
      'InvalidRequestContent',
    ],
    [
      'a group without location',
      { path: `${groups}/a`, method: 'PUT', body: '{"properties":{"containers":[]}}' },
      400,
      'LocationRequired',
    ],
  ])('%s', async (_what, changes, status, code) => {
    expect(await rawArm(bench, await fresh(), changes)).toMatchObject({ status, body: { error: { code } } });
  });
});
