import { z } from 'zod';
import { Port, type Resources } from '../../core/challenges/challenge.ts';
import { BackendName, backendName, ChallengeId, ContainerId, EventName, Owner } from '../../core/ids.ts';
import type { ContainerLabels, CreateRequest } from '../../core/ports.ts';

export const deploymentLabel = 'berth.deployment';
/** What the firewall probe's own containers carry instead, so that they never look like a player's. */
export const probeLabel = 'berth.probe';

/** What a container says of itself. Ports and resources stand there because a list of containers has neither. */
export interface LabelledContainer {
  readonly name: BackendName;
  readonly labels: ContainerLabels;
  readonly ports: readonly Port[];
  readonly resources: Resources;
}

export function writeLabels({ labels, spec }: CreateRequest): Record<string, string> {
  return {
    [deploymentLabel]: labels.deployment,
    'berth.event': labels.event,
    'berth.owner': labels.owner,
    'berth.challenge': labels.challenge,
    'berth.container': labels.containerId,
    'berth.created-at': new Date(labels.createdAt).toISOString(),
    'berth.ports': JSON.stringify(spec.ports),
    'berth.cpu': String(spec.resources.cpu),
    'berth.memory-gb': String(spec.resources.memoryGb),
  };
}

const PortsText = z
  .string()
  .transform((text, context): unknown => {
    try {
      return JSON.parse(text);
    } catch (error) {
      context.addIssue({ code: 'custom', message: error instanceof Error ? error.message : 'not JSON' });
      return z.NEVER;
    }
  })
  .pipe(z.array(Port));

const NumberText = z
  .string()
  .regex(/^[0-9]+(\.[0-9]+)?$/)
  .transform(Number);

const Labels = z.object({
  [deploymentLabel]: z.string(),
  'berth.event': EventName,
  'berth.owner': Owner,
  'berth.challenge': ChallengeId,
  'berth.container': ContainerId,
  'berth.created-at': z.iso.datetime().transform((text) => Date.parse(text)),
  'berth.ports': PortsText,
  'berth.cpu': NumberText,
  'berth.memory-gb': NumberText,
});

/**
 * A container of this deployment, or the reason why it is not known as one. Only with every label readable and the
 * container id matching the name is it ours to touch.
 */
export function readLabels(
  name: string,
  labels: Readonly<Record<string, string>>,
  deployment: string,
): LabelledContainer | { readonly problem: string } {
  if (labels[deploymentLabel] !== deployment) return { problem: `it does not carry ${deploymentLabel}=${deployment}` };
  const read = Labels.safeParse(labels);
  if (!read.success) return { problem: z.prettifyError(read.error) };
  const expected = backendName(read.data['berth.container']);
  if (name !== expected) return { problem: `its label says that it is ${expected}` };
  return {
    name: BackendName.parse(name),
    labels: {
      deployment,
      event: read.data['berth.event'],
      owner: read.data['berth.owner'],
      challenge: read.data['berth.challenge'],
      containerId: read.data['berth.container'],
      createdAt: read.data['berth.created-at'],
    },
    ports: read.data['berth.ports'],
    resources: { cpu: read.data['berth.cpu'], memoryGb: read.data['berth.memory-gb'] },
  };
}
