import type { Bench } from './stand-in.ts';

export interface RawAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: unknown;
}

/** A request below the SDK: with whatever token, version and path a test wants. */
export async function rawArm(
  { standIn }: Bench,
  token: string | undefined,
  changes: {
    readonly method?: string;
    readonly path?: string;
    readonly body?: string;
    readonly apiVersion?: string;
  } = {},
): Promise<RawAnswer> {
  const { subscriptionId, resourceGroup } = standIn;
  const groups = `/subscriptions/${subscriptionId}/resourceGroups/${resourceGroup}/providers/Microsoft.ContainerInstance/containerGroups`;
  const version = changes.apiVersion ?? '2023-05-01';
  const query = version === '' ? '' : `?api-version=${version}`;
  const response = await fetch(`${standIn.url}${changes.path ?? groups}${query}`, {
    method: changes.method ?? 'GET',
    headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
    ...(changes.body === undefined ? {} : { body: changes.body }),
  });
  return { status: response.status, headers: response.headers, body: await response.json() };
}
