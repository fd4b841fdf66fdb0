import type { ManageClient } from '../../local/api-client.ts';
import { exampleImages } from '../../local/example-images.ts';

const [web, , broken] = exampleImages.map(({ repository, tag }) => `${repository}:${tag}`);

function spec(image: string | undefined, changes: Readonly<Record<string, unknown>>): unknown {
  return {
    containers: [{ image, cpu: 0.1, memoryGb: 0.1 }],
    ports: [{ label: 'Web', port: 8080, protocol: 'http' }],
    lifetimeMinutes: 30,
    ...changes,
  };
}

/** How long a container of `brief` lives, which is there to expire amid the crashes. */
export const briefMinutes = 1;

const challenges: Readonly<Record<string, unknown>> = {
  web: spec(web, { probe: { path: '/', port: 8080 } }),
  page: spec(web, { releaseOnSolve: { when: 'after', seconds: 3 } }),
  brief: spec(web, { lifetimeMinutes: briefMinutes, renewals: 1 }),
  broken: spec(broken, {}),
};
export const challengeIds = Object.keys(challenges);

export async function registerChallenges(manage: ManageClient): Promise<void> {
  for (const [name, registered] of Object.entries(challenges)) {
    await manage.putChallenge(name, { name, revision: 1, spec: registered });
  }
}
