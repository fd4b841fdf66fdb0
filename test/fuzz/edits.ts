import fc from 'fast-check';
import { hostileJson, hostileText } from './hostile-values.ts';

/** One thing made wrong in a right value: which of its nodes, and how. */
export type Edit =
  | { readonly do: 'replace'; readonly node: number; readonly with: unknown }
  | { readonly do: 'drop'; readonly node: number }
  | { readonly do: 'add'; readonly node: number; readonly key: string; readonly with: unknown };

const node = fc.nat(40);

export const edit: fc.Arbitrary<Edit> = fc.oneof(
  fc.record({ do: fc.constant('replace' as const), node, with: hostileJson }),
  fc.record({ do: fc.constant('drop' as const), node }),
  fc.record({ do: fc.constant('add' as const), node, key: hostileText, with: hostileJson }),
);

type Visit = (value: unknown, index: number) => { readonly value: unknown } | 'drop' | undefined;

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function countNodes(value: unknown): number {
  if (Array.isArray(value)) return 1 + value.reduce<number>((sum, item) => sum + countNodes(item), 0);
  if (!isRecord(value)) return 1;
  return 1 + Object.values(value).reduce<number>((sum, item) => sum + countNodes(item), 0);
}

/** Goes through a value from the top; `visit` may put another value in a node's place, or drop it. */
function rebuild(value: unknown, visit: Visit, counter: { next: number }): unknown {
  const seen = visit(value, counter.next++);
  if (seen === 'drop') return dropped;
  if (seen !== undefined) return seen.value;
  if (Array.isArray(value))
    return value.map((item) => rebuild(item, visit, counter)).filter((item) => item !== dropped);
  if (!isRecord(value)) return value;
  const entries = Object.entries(value).map(([key, item]) => [key, rebuild(item, visit, counter)] as const);
  return Object.fromEntries(entries.filter(([, item]) => item !== dropped));
}

const dropped = Symbol('dropped');

function applyOne(value: unknown, change: Edit): unknown {
  const at = change.node % countNodes(value);
  const result = rebuild(
    value,
    (found, index) => {
      if (index !== at) return undefined;
      if (change.do === 'drop') return 'drop';
      if (change.do === 'replace') return { value: change.with };
      if (isRecord(found)) return { value: { ...found, [change.key]: change.with } };
      return Array.isArray(found) ? { value: [...found, change.with] } : undefined;
    },
    { next: 0 },
  );
  return result === dropped ? undefined : result;
}

export function applyEdits(value: unknown, edits: readonly Edit[]): unknown {
  return edits.reduce(applyOne, value);
}
