import { z } from 'zod';
import { Port } from '../../core/challenges/challenge.ts';
import { ChallengeId, ContainerId, EventName, Owner } from '../../core/ids.ts';
import type { ContainerLabels, CreateRequest } from '../../core/ports.ts';

type Tags = Readonly<Record<string, string>>;

/** Azure's limit on a tag's value, in characters. A group may have 50 tags; the longest spec needs about 20. */
const longestValue = 256;

const LabelTags = z.object({
  'berth-deployment': z.string(),
  'berth-event': EventName,
  'berth-owner': Owner,
  'berth-challenge': ChallengeId,
  'berth-container': ContainerId,
  'berth-created-at': z.iso.datetime(),
});

/**
 * What a list must tell of a group without a read of its own stands in its tags. The spec's ports do too, since Azure
 * itself knows of a port only TCP or UDP; as JSON over as many tags as it takes.
 */
export function tagsOf({ labels, spec }: CreateRequest): Record<string, string> {
  const ports = chunks(JSON.stringify(spec.ports)).map((chunk, index) => [`berth-ports-${index + 1}`, chunk] as const);
  return {
    'berth-deployment': labels.deployment,
    'berth-event': labels.event,
    'berth-owner': labels.owner,
    'berth-challenge': labels.challenge,
    'berth-container': labels.containerId,
    'berth-created-at': new Date(labels.createdAt).toISOString(),
    ...Object.fromEntries(ports),
  };
}

/** Undefined for a group that is not Berth's, or whose tags were changed by hand. */
export function labelsFrom(tags: Tags): ContainerLabels | undefined {
  const parsed = LabelTags.safeParse(tags);
  if (!parsed.success) return undefined;
  return {
    deployment: parsed.data['berth-deployment'],
    event: parsed.data['berth-event'],
    owner: parsed.data['berth-owner'],
    challenge: parsed.data['berth-challenge'],
    containerId: parsed.data['berth-container'],
    createdAt: Date.parse(parsed.data['berth-created-at']),
  };
}

/** In the order of the spec's. Undefined when the tags don't say. */
export function portsFrom(tags: Tags): Port[] | undefined {
  let text = '';
  for (let number = 1; ; number += 1) {
    const chunk = tags[`berth-ports-${number}`];
    if (chunk === undefined) break;
    text += chunk;
  }
  const parsed = z.array(Port).safeParse(parseJson(text));
  return parsed.success ? parsed.data : undefined;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** By whole characters: half a surrogate pair would not survive the way to Azure. */
function chunks(text: string): string[] {
  const all: string[] = [];
  let chunk = '';
  for (const character of text) {
    if (chunk.length + character.length > longestValue) {
      all.push(chunk);
      chunk = '';
    }
    chunk += character;
  }
  return [...all, chunk];
}
