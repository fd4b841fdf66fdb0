import type { ChallengeSpec, ContainerSpec, Port } from '../../core/challenges/challenge.ts';
import { resourcesOf } from '../../core/challenges/freeze-spec.ts';
import type { SpecProblem } from '../backend.ts';
import { parseImage } from './image-reference.ts';

const mostPorts = 5;

/** As documented; 22 stands apart. */
const reserved: readonly (readonly [number, number])[] = [
  [1025, 1027],
  [3389, 3399],
  [9999, 9999],
  [19_000, 19_000],
  [19_080, 19_080],
  [19_100, 19_100],
  [19_390, 19_390],
  [20_000, 30_000],
  [49_152, 65_534],
];

/** What Azure Container Instances would make of a challenge, told when it is saved instead of when a player starts it. */
export function problemsOf(spec: ChallengeSpec): SpecProblem[] {
  return [
    ...portProblems(spec.ports),
    ...spec.containers.flatMap((container, index) =>
      containerProblems(container).map((problem) => ({ ...problem, path: ['containers', index, ...problem.path] })),
    ),
  ];
}

function portProblems(ports: readonly Port[]): SpecProblem[] {
  const problems = ports.flatMap((port, index) => {
    const problem = portProblem(port, ports.slice(0, index));
    return problem === undefined ? [] : [{ ...problem, path: ['ports', index, 'port'] }];
  });
  if (ports.length <= mostPorts) return problems;
  return [...problems, error(['ports'], `Azure opens at most ${mostPorts} ports for a container.`)];
}

function portProblem({ port, protocol }: Port, before: readonly Port[]): Omit<SpecProblem, 'path'> | undefined {
  const range = reserved.find(([from, to]) => port >= from && port <= to);
  if (range !== undefined) {
    const which = range[0] === range[1] ? `port ${port}` : `ports ${range[0]} to ${range[1]}`;
    return { message: `Azure keeps ${which} for itself. Let the container listen on another port.`, severity: 'error' };
  }
  const twin = before.find((other) => other.port === port);
  if (twin !== undefined) {
    return {
      message: `Azure cannot open port ${port} for both TCP and UDP. Let one of them listen on another port.`,
      severity: 'error',
    };
  }
  if (port === 22) {
    return {
      message: `Azure lists port 22 as reserved, though it has been seen to work. 2222 is safe.`,
      severity: 'warning',
    };
  }
  return protocol === 'https'
    ? { message: 'Azure adds no TLS: the container must bring its own certificate.', severity: 'warning' }
    : undefined;
}

function containerProblems(container: ContainerSpec): SpecProblem[] {
  return [
    ...sizeProblems(container),
    ...environmentProblems(container),
    ...(container.readOnlyRoot
      ? [warning(['readOnlyRoot'], 'Azure has no read-only root: players can write to the file system.')]
      : []),
    ...(parseImage(container.image).server === 'docker.io'
      ? [
          warning(
            ['image'],
            'Docker Hub limits how often Azure may pull, which shows when many start at once: copy the image into your own registry.',
          ),
        ]
      : []),
  ];
}

const sizes = [
  { field: 'cpu', unit: 'vCPU' },
  { field: 'memoryGb', unit: 'GB' },
] as const;

/** A size outside of what Azure takes is clamped and rounded, never refused. */
function sizeProblems(container: ContainerSpec): SpecProblem[] {
  const given = resourcesOf(container, 'small');
  return sizes.flatMap(({ field, unit }) => {
    const asked = container[field];
    if (asked === undefined) return [];
    if (given[field] !== asked) return [warning([field], `${asked} ${unit} becomes ${given[field]} ${unit}.`)];
    return asked < 1 ? [warning([field], `Azure counts and bills at least 1 ${unit}.`)] : [];
  });
}

function environmentProblems({ environment, secretEnvironment }: ContainerSpec): SpecProblem[] {
  return Object.keys(secretEnvironment)
    .filter((name) => name in environment)
    .map((name) => error(['secretEnvironment', name], `${name} is set twice, as a plain and as a secret variable.`));
}

function error(path: readonly (string | number)[], message: string): SpecProblem {
  return { path, message, severity: 'error' };
}

function warning(path: readonly (string | number)[], message: string): SpecProblem {
  return { path, message, severity: 'warning' };
}
