import { createHash } from 'node:crypto';
import type { LabelScope } from './group-body.ts';

export interface LabelOwner {
  readonly tenantId: string;
  readonly subscriptionId: string;
  readonly resourceGroup: string;
  /** Of this one group, never given twice. */
  readonly unique: string;
}

/**
 * `<label>.<location>.azurecontainer.io`, with a hash between the two for every scope but `Unsecure`: the wider the
 * scope, the less of the owner goes into the hash. `Noreuse` never gives the same name again.
 */
export function domainName(label: string, location: string, scope: LabelScope, owner: LabelOwner): string {
  const parts = hashedParts(scope, owner);
  const hash = parts ? `${hashSegment([label.toLowerCase(), ...parts])}.` : '';
  return `${label.toLowerCase()}.${hash}${location}.azurecontainer.io`;
}

function hashedParts(scope: LabelScope, owner: LabelOwner): readonly string[] | undefined {
  const { tenantId, subscriptionId, resourceGroup, unique } = owner;
  const parts = {
    Unsecure: undefined,
    TenantReuse: [tenantId],
    SubscriptionReuse: [tenantId, subscriptionId],
    ResourceGroupReuse: [tenantId, subscriptionId, resourceGroup.toLowerCase()],
    Noreuse: [unique],
  };
  return parts[scope];
}

/** 16 letters, as the service's own segments look. */
function hashSegment(parts: readonly string[]): string {
  const digest = createHash('sha256').update(parts.join('|')).digest();
  return [...digest.subarray(0, 16)].map((byte) => String.fromCharCode(97 + (byte % 26))).join('');
}
