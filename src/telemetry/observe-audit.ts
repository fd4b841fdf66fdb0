import { ContainerId } from '../core/ids.ts';
import type { AuditEntry, AuditLog } from '../core/ports.ts';
import { spans } from './names.ts';
import type { Telemetry } from './telemetry.ts';
import { rootSpanOf } from './trace-ids.ts';

/** A release is written with the container's whole history: the one place that knows both its ends. */
function tellRelease(telemetry: Telemetry, released: AuditEntry, entries: readonly AuditEntry[]): void {
  telemetry.count('released', {});
  const container = ContainerId.safeParse(released.containerId).data;
  const retired = entries.find((entry) => entry.action === 'retired' && entry.containerId === released.containerId);
  if (container === undefined || retired === undefined) return;
  const attributes = { reason: retired.detail };
  const parent = rootSpanOf(container);
  telemetry.span({ name: spans.release, container, parent, from: retired.at, to: released.at, attributes });
}

/** Tells of what only the audit is told of. */
export function observeAudit(audit: AuditLog, telemetry: Telemetry): AuditLog {
  return {
    page: (event, day, filter, limit, from) => audit.page(event, day, filter, limit, from),
    async write(event, day, entries) {
      await audit.write(event, day, entries);
      for (const entry of entries) {
        if (entry.action === 'released') tellRelease(telemetry, entry, entries);
        if (entry.action === 'reconcile stopped') telemetry.count('reconcileStopped', {});
        if (entry.action === 'challenge paused') telemetry.count('challengePaused', { challenge: entry.challenge });
      }
    },
  };
}
