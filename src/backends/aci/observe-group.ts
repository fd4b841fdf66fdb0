import type { Endpoint } from '../../core/containers/container.ts';
import type { Observation } from '../../core/ports.ts';
import type { GroupAnswer } from './group-answer.ts';
import { portsFrom } from './group-tags.ts';

/** A container that Azure restarted this often without it staying up is taken for one that cannot run. */
const crashLoop = 3;

/**
 * A list says only how far provisioning is; with an instance view it is also known whether the container still runs.
 * Only `Succeeded` and `Failed` are final, everything else (Creating, Repairing…) is on its way somewhere.
 */
export function observeGroup(group: GroupAnswer): Observation {
  const end = endOf(group);
  if (end !== undefined) return end;
  if (group.provisioningState === 'Failed') {
    return { state: 'failed', code: 'provisioning_failed', detail: detailOf(group, 'Azure could not start it') };
  }
  if (group.provisioningState === 'Deleting') {
    return { state: 'failed', code: 'being_removed', detail: 'Azure is removing it' };
  }
  if (group.provisioningState !== 'Succeeded') return { state: 'pending' };
  if ((group.instanceView?.state ?? 'Running') !== 'Running') return { state: 'pending' };
  const endpoints = endpointsOf(group);
  return endpoints === undefined ? { state: 'pending' } : { state: 'running', endpoints };
}

function endOf(group: GroupAnswer): Observation | undefined {
  const view = group.containers?.[0]?.instanceView;
  if (view?.currentState?.state === 'Terminated') {
    return exited(group, view.currentState.exitCode, view.currentState.detailStatus);
  }
  const waits = view?.currentState?.state === 'Waiting';
  if (waits && (view.restartCount ?? 0) >= crashLoop && view.previousState) {
    return exited(group, view.previousState.exitCode, `restarted ${view.restartCount} times`);
  }
  if (group.instanceView?.state === 'Stopped') {
    return { state: 'failed', code: 'stopped', detail: detailOf(group, 'it was stopped in Azure') };
  }
  return undefined;
}

/** Azure leaves the code out where it could not start the program at all. */
function exited(
  group: GroupAnswer,
  code: number | null | undefined,
  reason: string | null | undefined,
): Extract<Observation, { state: 'exited' }> {
  const exitCode = code ?? -1;
  return {
    state: 'exited',
    exitCode,
    detail: detailOf(group, [`exit code ${exitCode}`, reason].filter(Boolean).join(', ')),
  };
}

function detailOf(group: GroupAnswer, reason: string): string {
  const events = [...(group.instanceView?.events ?? []), ...(group.containers?.[0]?.instanceView?.events ?? [])];
  const messages = events.slice(-3).map((event) => `${event.name ?? ''}: ${event.message ?? ''}`);
  return [reason, ...messages].join('; ').slice(0, 500);
}

function endpointsOf(group: GroupAnswer): Endpoint[] | undefined {
  const { ip, fqdn } = group.ipAddress ?? {};
  const ports = portsFrom(group.tags ?? {});
  if (!ip || ports === undefined) return undefined;
  return ports.map((port) => ({ ...port, host: fqdn || ip, ip }));
}
