import { auditKind } from '../../../src/storage/audit-rows.ts';
import type { World } from '../world.ts';
import { rowParser } from './owner-view.ts';

interface Step {
  readonly index: number;
  readonly action: string;
}

const entryOf = rowParser(auditKind.schema);

function stepsById(world: World): Map<string, Step[]> {
  const steps = new Map<string, Step[]>();
  for (const row of world.tables.audit.snapshot()) {
    const { key, action } = entryOf(row);
    const [id, index] = key.split('~');
    if (id === undefined || index === undefined || !/^\d+$/.test(index)) continue;
    steps.set(id, [...(steps.get(id) ?? []), { index: Number(index), action }]);
  }
  return steps;
}

/** Every container that ever had a row or a debt: each of its steps once, none missing, to its end. */
export function checkAudit(world: World): void {
  const audited = stepsById(world);
  for (const [id, seen] of world.ownerWatch.seen) {
    const steps = (audited.get(id) ?? []).toSorted((a, b) => a.index - b.index);
    const expected = [...seen.history.map((entry) => entry.transition), 'released'];
    const found = steps.map((step) => step.action);
    const gapless = steps.every((step, index) => step.index === index);
    if (gapless && found.join() === expected.join()) continue;
    const detail = `${id}: audited ${steps.map((step) => `${step.index} ${step.action}`).join(', ') || 'nothing'}; it went ${expected.join(', ')}`;
    world.ground.report.violate('the audit holds every step once', detail, seen.about);
  }
}
