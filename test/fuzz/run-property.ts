import fc from 'fast-check';
import { Violation, type ViolationKind } from './violation.ts';

/** An input that found something, as small as it could be made. */
export interface Finding {
  readonly part: string;
  readonly kind: ViolationKind;
  readonly message: string;
  readonly input: string;
  readonly seed: number;
}

interface Property<T> {
  readonly part: string;
  readonly inputs: fc.Arbitrary<T>;
  readonly runs: number;
  readonly seed: number;
  /** Throws a Violation. */
  readonly run: (input: T) => Promise<void>;
  /** What of an input is printed; all of it by default. */
  readonly show?: (input: T) => unknown;
}

const longestInput = 4000;
const shrinkLimitMs = 120_000;

/** Runs one property in so many lanes at once, each with a seed of its own; a lane ends at its first finding. */
export async function runProperty<T>(property: Property<T>, lanes: number): Promise<readonly Finding[]> {
  const each = Math.ceil(property.runs / lanes);
  const counts = Array.from({ length: lanes }, (_, lane) => Math.min(each, property.runs - lane * each));
  const found = await Promise.all(counts.map((runs, lane) => (runs > 0 ? runLane(property, runs, lane) : undefined)));
  return found.filter((finding) => finding !== undefined);
}

async function runLane<T>(property: Property<T>, runs: number, lane: number): Promise<Finding | undefined> {
  let failedAt: number | undefined;
  const checked = fc.asyncProperty(property.inputs, async (input) => {
    try {
      await property.run(input);
    } catch (error) {
      failedAt ??= performance.now();
      // Shrinking an input that hangs would take for ever.
      if (performance.now() - failedAt > shrinkLimitMs) return;
      throw error;
    }
  });
  const seed = property.seed + lane;
  const result = await fc.check(checked, { seed, numRuns: runs });
  if (!result.failed) return undefined;
  const error = result.errorInstance;
  const [input] = result.counterexample ?? [];
  return {
    part: property.part,
    kind: error instanceof Violation ? error.kind : 'wrong',
    message: error instanceof Violation ? error.message : String(error instanceof Error ? error.stack : error),
    input: fc.stringify(input === undefined ? input : (property.show?.(input) ?? input)).slice(0, longestInput),
    seed,
  };
}
