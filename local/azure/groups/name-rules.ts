import type { ArmError } from '../arm/arm-error.ts';
import {
  duplicateContainerName,
  invalidContainerName,
  invalidEnvironmentName,
  invalidGroupName,
  invalidLabel,
  invalidTags,
  wrongContainerCount,
} from '../arm/provider-refusals.ts';
import type { ContainerBody, GroupBody } from './group-body.ts';

const NAME = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;
const ENVIRONMENT_NAME = /^[A-Za-z0-9_]{1,63}$/;
const LABEL = /^[a-z][-a-z0-9]{3,61}[a-z0-9]$/i;
const MOST_CONTAINERS = 60;
const MOST_TAGS = 50;
const LONGEST_TAG_NAME = 512;
const LONGEST_TAG_VALUE = 256;

export function refuseNames(group: string, body: GroupBody): ArmError | undefined {
  if (!NAME.test(group)) return invalidGroupName(group);
  const { containers } = body.properties;
  if (containers.length < 1 || containers.length > MOST_CONTAINERS)
    return wrongContainerCount(group, containers.length);
  const seen = new Set<string>();
  for (const container of containers) {
    const refusal = refuseContainerNames(group, container, seen);
    if (refusal) return refusal;
    seen.add(container.name);
  }
  return refuseLabel(group, body);
}

function refuseContainerNames(
  group: string,
  container: ContainerBody,
  seen: ReadonlySet<string>,
): ArmError | undefined {
  if (!NAME.test(container.name)) return invalidContainerName(container.name, group);
  if (seen.has(container.name)) return duplicateContainerName(container.name, group);
  const variable = container.properties.environmentVariables.find(({ name }) => !ENVIRONMENT_NAME.test(name));
  return variable && invalidEnvironmentName(variable.name, container.name, group);
}

function refuseLabel(group: string, body: GroupBody): ArmError | undefined {
  const label = body.properties.ipAddress?.dnsNameLabel;
  return label === undefined || LABEL.test(label) ? undefined : invalidLabel(label, group);
}

/** Resource Manager's rules for the tags of any resource. */
export function refuseTags(tags: Readonly<Record<string, string>>): ArmError | undefined {
  const entries = Object.entries(tags);
  if (entries.length > MOST_TAGS) return invalidTags(`A resource can have at most ${MOST_TAGS} tags.`);
  for (const [name, value] of entries) {
    if (name.length < 1 || name.length > LONGEST_TAG_NAME) return invalidTags(`The tag name '${name}' is too long.`);
    if (/[<>%&\\?/]/.test(name)) return invalidTags(`The tag name '${name}' has reserved characters.`);
    if (value.length > LONGEST_TAG_VALUE) return invalidTags(`The value of tag '${name}' is too long.`);
  }
  return undefined;
}
