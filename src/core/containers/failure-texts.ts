import type { BackendError } from '../errors.ts';
import type { Observation } from '../ports.ts';
import type { Failure } from './fail-container.ts';

/** What the backend will never be able to do. The advice is for the author; the player is only told whom to ask. */
export function refusedByBackend(error: BackendError): Failure {
  const advice = error.fault.kind === 'permanent' ? error.fault.advice : '';
  return {
    code: 'cannot_start',
    message: 'This challenge cannot be started as it is set up. The organisers have been told; please ask them.',
    detail: `${error.code}: ${error.message} ${advice}`.trim(),
    permanent: true,
  };
}

export function timedOut(trouble: string | undefined): Failure {
  return {
    code: 'provisioning_timeout',
    message: 'The container did not become ready in time. Start it again; if that does not help, tell an organiser.',
    detail: trouble ?? 'the port never answered',
    permanent: false,
  };
}

export function brokeDown(observation: Extract<Observation, { state: 'failed' | 'exited' }>): Failure {
  if (observation.state === 'failed') {
    return {
      code: 'container_failed',
      message: 'The container could not be brought up. Start it again; if that does not help, tell an organiser.',
      detail: `${observation.code}: ${observation.detail}`,
      permanent: false,
    };
  }
  return {
    code: 'container_exited',
    message: 'The container stopped by itself. Start it again; if that keeps happening, tell an organiser.',
    detail: `exit code ${observation.exitCode}${observation.detail ? `: ${observation.detail}` : ''}`,
    permanent: false,
  };
}

export const disappeared: Failure = {
  code: 'container_lost',
  message: 'The container has disappeared. Start it again.',
  detail: 'it was missing from two complete lists and not to be found by name',
  permanent: false,
};

export const givenUp: Failure = {
  code: 'internal',
  message: 'Something went wrong on our side while the container was being started. Start it again.',
  detail: 'its message could not be handled and went to the poison queue',
  permanent: false,
};
