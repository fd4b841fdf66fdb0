import { backendName } from '../../../src/core/ids.ts';
import type { ContainerLabels, CreateRequest } from '../../../src/core/ports.ts';
import type { Target } from '../../../src/core/targets/target.ts';
import { ownerPartition } from '../../../src/storage/container-rows.ts';
import type { EngineWatch } from '../engine.ts';
import type { Ground } from '../ground.ts';
import type { ObservedTable } from '../observed-table.ts';
import { deployment } from '../settings.ts';
import { type OwnerView, ownerView } from './owner-view.ts';

/** Row first: at every create, and whenever one lands, a row or a debt must know of it. */
export class CreateWatch implements EngineWatch {
  readonly #ground: Ground;
  readonly #containers: () => ObservedTable;

  constructor(ground: Ground, containers: () => ObservedTable) {
    this.#ground = ground;
    this.#containers = containers;
  }

  createSent({ labels, name }: CreateRequest, target: Target): void {
    this.#ground.tell(this.#about(labels, target), () => `a create of ${labels.containerId} leaves for ${target.name}`);
    if (labels.deployment !== deployment || name !== backendName(labels.containerId)) {
      const detail = `${name} is labelled ${JSON.stringify(labels)}`;
      this.#ground.report.violate('what is created is labelled as ours', detail, this.#about(labels, target));
    }
    const until = this.#createUntil(labels, target);
    const { now, faults } = this.#ground;
    if (until === undefined) this.#violate(labels, target, 'was called for');
    if (until === undefined || until + 2 * faults.plan.skewMs >= now) return;
    const detail = `${labels.containerId}: sent ${now - until} ms after its createUntil`;
    this.#ground.report.violate('no create is sent after its createUntil', detail, this.#about(labels, target));
  }

  created(labels: ContainerLabels, target: Target): void {
    const view = this.#owner(labels);
    const row = view.containers.get(labels.challenge);
    const known = row?.id === labels.containerId && (row.state === 'provisioning' || row.state === 'running');
    const owed = view.debts.get(labels.containerId)?.placed?.target === target.name;
    if (!owed && !(known && row.target === target.name)) this.#violate(labels, target, 'came into being');
  }

  /** The moment until which whoever removes it must wait; absent when nobody knows of it. */
  #createUntil(labels: ContainerLabels, target: Target): number | undefined {
    const view = this.#owner(labels);
    const row = view.containers.get(labels.challenge);
    if (row?.id === labels.containerId && row.state === 'provisioning' && row.target === target.name) {
      return row.createUntil ?? 0;
    }
    const placed = view.debts.get(labels.containerId)?.placed;
    if (placed !== undefined) return placed.target === target.name ? (placed.createUntil ?? 0) : undefined;
    return row?.id === labels.containerId && row.state === 'running' ? (row.createUntil ?? 0) : undefined;
  }

  #violate(labels: ContainerLabels, target: Target, verb: string): void {
    const detail = `${labels.containerId} ${verb} on ${target.name} with neither a row nor a debt for it`;
    this.#ground.report.violate('no container without a row or a debt', detail, this.#about(labels, target));
  }

  #owner(labels: ContainerLabels): OwnerView {
    return ownerView(this.#containers().rows(ownerPartition(labels)));
  }

  #about({ containerId: id, owner, challenge }: ContainerLabels, { name: target }: Target) {
    return { id, owner, challenge, target };
  }
}
