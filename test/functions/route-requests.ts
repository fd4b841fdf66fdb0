import { firstOwner, otherOwner, type Sent, someId } from './memory-api.ts';

export const challenge = 'web';

export const webSpec = {
  containers: [{ image: 'berth-test/web:1' }],
  ports: [{ label: 'Web', port: 8080, protocol: 'http' }],
};

const here = { params: { challengeId: challenge } };

/** For every route a request that is right in all but perhaps its token. */
const requests: Readonly<Record<string, Sent>> = {
  'request-container': { body: { challengeId: challenge } },
  'list-own-containers': {},
  'get-container': here,
  'renew-container': here,
  'reset-container': here,
  'check-container': here,
  'stop-container': here,
  'report-solve': { body: { owner: otherOwner, challengeId: challenge } },
  'put-challenge': { params: { challengeId: 'another' }, body: { revision: 1, spec: webSpec } },
  'delete-challenge': { params: { challengeId: 'another' } },
  'delete-owner': { params: { owner: otherOwner } },
  'list-containers': {},
  'act-on-containers': { body: { action: 'stop', ids: [someId] } },
  'get-logs': { params: { owner: firstOwner, challengeId: challenge } },
  'list-images': {},
  'list-challenges': {},
  'list-audit': {},
  'get-status': {},
  'get-control': {},
  'put-control': { body: { globalMaximum: 100 } },
  'get-health': {},
  'get-openapi': {},
};

export function requestFor(routeName: string): Sent {
  const sent = requests[routeName];
  if (!sent) throw new Error(`${routeName} has no request here: add one, so that its refusals are tested`);
  return sent;
}
