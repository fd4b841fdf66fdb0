import { ArmError } from './arm-error.ts';
import { GROUP_TYPE } from './resource-manager-refusals.ts';

/**
 * What Microsoft.ContainerInstance answers. Codes and sentences are those that its users have published, slips of the
 * pen included; where none was found, `bestGuess` says so, and nobody should decide by such a code.
 */

function badRequest(code: string, message: string): ArmError {
  return new ArmError({ status: 400, code, message });
}

function bestGuess(code: string, message: string): ArmError {
  return badRequest(code, message);
}

const NAME_PATTERN = "'[a-z0-9]([-a-z0-9]*[a-z0-9])?' (e.g. 'my-name')";

export function invalidGroupName(name: string): ArmError {
  return bestGuess(
    'InvalidContainerGroupName',
    `The container group name '${name}' is invalid. The container group name must contain no more than 63 characters and must match the regex ${NAME_PATTERN}.`,
  );
}

export function invalidContainerName(name: string, group: string): ArmError {
  return badRequest(
    'InvalidContainerName',
    `The container name '${name}' in container group '${group}' is invalid. The container name must contain no more than 63 characters and must match the regex ${NAME_PATTERN}.`,
  );
}

export function duplicateContainerName(name: string, group: string): ArmError {
  return bestGuess(
    'DuplicateContainerName',
    `The container name '${name}' in container group '${group}' is used twice.`,
  );
}

export function wrongContainerCount(group: string, count: number): ArmError {
  const message = `The container group '${group}' has ${count} containers. It must have between 1 and 60.`;
  return bestGuess('InvalidContainerCount', message);
}

export function invalidEnvironmentName(name: string, container: string, group: string): ArmError {
  return bestGuess(
    'InvalidEnvironmentVariableName',
    `The environment variable name '${name}' of container '${container}' in container group '${group}' is invalid. It must contain no more than 63 characters and only alphanumerics and underscores.`,
  );
}

export function invalidOsType(): ArmError {
  return badRequest(
    'InvalidOsType',
    "The 'osType' for container group '<null>' is invalid. The value must be one of 'Windows,Linux'.",
  );
}

export function resourcesMissing(container: string, group: string): ArmError {
  return badRequest(
    'ResourceRequestsNotSpecified',
    `The resource requests are not specified for container '${container}' in container group '${group}'.`,
  );
}

export function memoryStep(memory: number, container: string, group: string): ArmError {
  return badRequest(
    'MemoryRequirementNotTimesOfOneTenthGB',
    `The memory requirement is '${memory}' in container '${container}' of container group '${group}'. The memory requirement should be in incrememts of 0.1 GB.`,
  );
}

export function invalidCpu(cpu: number, container: string, group: string): ArmError {
  return bestGuess(
    'InvalidCpuRequirement',
    `The CPU requirement is '${cpu}' in container '${container}' of container group '${group}'. The CPU requirement should be positive and in increments of 0.01.`,
  );
}

export function invalidMemory(memory: number, container: string, group: string): ArmError {
  return bestGuess(
    'InvalidMemoryRequirement',
    `The memory requirement is '${memory}' in container '${container}' of container group '${group}'. It should be positive.`,
  );
}

export function limitAboveGroup(container: string, group: string): ArmError {
  return badRequest(
    'ContainerLimitGreaterThanContainerGroupTotalRequest',
    `The resource limit of container '${container}' in container group '${group}' is greater than the container group's total requested resources.`,
  );
}

export function limitBelowRequest(container: string, group: string): ArmError {
  return bestGuess(
    'ContainerLimitLessThanRequest',
    `The resource limit of container '${container}' in container group '${group}' is less than its request.`,
  );
}

export function missingAddressPorts(group: string): ArmError {
  return badRequest(
    'MissingIpAddressPorts',
    `The ports in the 'ipAddress' of container group '${group}' cannot be empty.`,
  );
}

export function invalidPorts(ports: readonly number[], container: string, group: string): ArmError {
  return badRequest(
    'InvalidContainerPorts',
    `The ports '${ports.join(',')}' are invalid for container '${container}' in container group '${group}'. The port must be beteween 1 and 65535.`,
  );
}

export function unusedAddressPorts(ports: readonly number[], group: string): ArmError {
  return bestGuess(
    'InvalidIpAddressPorts',
    `Following ports '${ports.join(',')}' in the 'ipAddress' are not used by any container in container group '${group}'.`,
  );
}

export function tooManyPorts(count: number, group: string): ArmError {
  return bestGuess(
    'TooManyIpAddressPorts',
    `The 'ipAddress' of container group '${group}' has ${count} ports. The maximum number of ports is 5.`,
  );
}

export function reservedPorts(ports: readonly number[], group: string): ArmError {
  return bestGuess('ReservedPorts', `The ports '${ports.join(',')}' of container group '${group}' are reserved.`);
}

export function duplicatePorts(ports: readonly number[], group: string): ArmError {
  return bestGuess(
    'DuplicatePorts',
    `The ports '${ports.join(',')}' of container group '${group}' are used more than once.`,
  );
}

export function privateAddress(group: string): ArmError {
  return badRequest(
    'PrivateIPAddressNotSupported',
    `IP Address type in container group '${group}' is invalid. Private IP address is only supported when network profile is defined.`,
  );
}

export function invalidLabel(label: string, group: string): ArmError {
  return bestGuess(
    'InvalidDnsNameLabel',
    `The DNS name label '${label}' in container group '${group}' is invalid. It must contain between 5 and 63 characters, begin with a letter and match the regex '[a-z]([-a-z0-9]*[a-z0-9])?'.`,
  );
}

export function labelTaken(label: string, group: string): ArmError {
  return badRequest(
    'DnsNameLabelAlreadyTaken',
    `The DNS name label '${label}' in container group '${group}' is not available. Try using a different label.`,
  );
}

export function invalidRegistryServer(server: string, group: string): ArmError {
  return badRequest(
    'InvalidImageRegistryServer',
    `The server '${server}' in the 'imageRegistryCredentials' of container group '${group}' is invalid. It should be a valid host name without protocol.`,
  );
}

export function ambiguousCredential(group: string): ArmError {
  return badRequest(
    'AmbiguousImageResitryCredentialType',
    `The registry credential type in the 'imageRegistryCredentials' of container group '${group}' cannot be detected. Please set exactly one of username or identity`,
  );
}

export function identityNotOnGroup(group: string): ArmError {
  return badRequest(
    'InvalidImageRegistryIdentity',
    `The identity in the 'imageRegistryCredentials' of container group '${group}' not found in container group identity list.`,
  );
}

export function inaccessibleImage(image: string, group: string): ArmError {
  return badRequest(
    'InaccessibleImage',
    `The image '${image}' in container group '${group}' is not accessible. Please check the image and registry credential.`,
  );
}

export function quotaReached(
  quota: string,
  location: string,
  numbers: { readonly limit: number; readonly usage: number; readonly requested: number },
): ArmError {
  return badRequest(
    'ContainerGroupQuotaReached',
    `Resource type '${GROUP_TYPE}' container group quota '${quota}' exceeded in region '${location}'. Limit: '${numbers.limit}', Usage: '${numbers.usage}' Requested: '${numbers.requested}'.`,
  );
}

export function noCapacityMessage(location: string, cpu: number, memoryInGB: number): string {
  return `The requested resource is not available in the location '${location}' at this moment. Please retry with a different resource request or in another location. Resource requested: '${cpu}' CPU '${memoryInGB}' GB memory 'Linux' OS`;
}

export function noCapacity(location: string, cpu: number, memoryInGB: number): ArmError {
  const message = noCapacityMessage(location, cpu, memoryInGB);
  return new ArmError({ status: 409, code: 'ServiceUnavailable', message });
}

export function transitioning(group: string): ArmError {
  return new ArmError({
    status: 409,
    code: 'ContainerGroupTransitioning',
    message: `The container group '${group}' is still transitioning, please retry later.`,
  });
}

export function invalidUpdate(group: string): ArmError {
  return badRequest(
    'InvalidContainerGroupUpdate',
    `The updates on container group '${group}' are invalid. If you are going to update the os type, restart policy, network profile, CPU, memory or GPU resources for a container group, you must delete it first and then create a new one.`,
  );
}

/** Seconds from now until the window has room again. */
export function tooManyOperations(what: 'creates' | 'deletes', location: string, retryAfterSeconds: number): ArmError {
  return new ArmError({
    status: 429,
    code: 'TooManyRequests',
    message: `The number of container group ${what} in region '${location}' has reached its limit. Please try again after '${retryAfterSeconds}' seconds.`,
    headers: { 'retry-after': String(retryAfterSeconds), 'x-ms-failure-cause': 'service' },
  });
}

export function logsNotReady(group: string): ArmError {
  return new ArmError({
    status: 409,
    code: 'ContainerGroupDeploymentNotReady',
    message: `The container group '${group}' is not ready.`,
  });
}

export function containerNotFound(container: string, group: string): ArmError {
  return new ArmError({
    status: 404,
    code: 'ContainerNotFound',
    message: `The container '${container}' was not found in container group '${group}'.`,
  });
}

export function invalidTags(problem: string): ArmError {
  return bestGuess('InvalidTags', problem);
}
