import type { ManageClient } from '../api-client.ts';
import type { LocalBackend } from '../local-backend.ts';

/** A challenge of the demo, as CTFd would hold it: what players see, the flag, and what Berth is told of it. */
export interface DemoChallenge {
  readonly id: string;
  readonly name: string;
  readonly text: string;
  readonly flag: string;
  readonly spec: unknown;
}

/** The stand-in's host names resolve nowhere, so its players are sent to the address. */
function reachable(kind: LocalBackend['kind'], template: string): { template?: string } {
  return kind === 'aci' ? { template } : {};
}

export function demoChallenges({ kind, images }: LocalBackend): readonly DemoChallenge[] {
  const page = { label: 'Page', port: 8080, protocol: 'http', ...reachable(kind, 'http://{ip}:{port}') };
  const riddle = { label: 'Riddle', port: 9000, protocol: 'tcp', ...reachable(kind, 'nc {ip} {port}') };
  return [
    {
      id: '1',
      name: 'A page of your own',
      text: 'A web server that is yours alone. Somewhere on its first page stands the flag.',
      flag: 'flag{a-page-of-my-own}',
      spec: {
        containers: [{ image: images.web, size: 'small' }],
        ports: [page],
        lifetimeMinutes: 15,
      },
    },
    {
      id: '2',
      name: 'Talk to it',
      text: 'It asks a question. Answer it and it gives you the flag.',
      flag: 'flag{the-answer}',
      spec: {
        containers: [{ image: images.netcat, size: 'small' }],
        ports: [riddle],
        lifetimeMinutes: 5,
        releaseOnSolve: { when: 'after', seconds: 60 },
      },
    },
    {
      id: '3',
      name: 'A broken one',
      text: 'Its author made a mistake: see what a player is told when a container cannot start.',
      flag: 'flag{nobody-gets-here}',
      spec: {
        containers: [{ image: images.broken, size: 'small' }],
        ports: [{ label: 'Nothing', port: 1234, protocol: 'tcp' }],
        lifetimeMinutes: 5,
      },
    },
  ];
}

export async function registerAll(manage: ManageClient, challenges: readonly DemoChallenge[]): Promise<void> {
  for (const { id, name, spec } of challenges) await manage.putChallenge(id, { name, revision: Date.now(), spec });
}
