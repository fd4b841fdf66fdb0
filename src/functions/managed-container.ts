import type { Container } from '../core/containers/container.ts';
import { targetOf } from '../core/containers/organise.ts';
import { present } from '../core/containers/present.ts';
import type { Instant } from '../core/ids.ts';

/** What an organiser sees of a container, beside what its player sees. */
export function presentManaged(row: Container, now: Instant): unknown {
  const failure =
    row.state === 'failed' ? row.history.find((entry) => entry.transition === 'failed')?.detail : undefined;
  return {
    ...present(row, now),
    owner: row.owner,
    image: row.spec.image,
    backend: row.backend,
    target: targetOf(row),
    dnsLabel: row.dnsLabel,
    trouble: row.state === 'provisioning' ? row.trouble : failure,
    missing: row.state === 'running' && row.missingSince !== undefined ? true : undefined,
  };
}
