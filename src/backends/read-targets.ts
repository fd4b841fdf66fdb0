import type { z } from 'zod';
import { type BackendKind, TargetName } from '../core/ids.ts';
import type { Backend } from '../core/ports.ts';
import type { TargetLimits } from '../core/targets/target.ts';
import type { BackendContext, ConfiguredTarget, TargetOverride, TargetsRead } from './backend.ts';

/** How one backend turns the fields of a target into limits and a connection. */
export interface TargetReader<T> {
  readonly kind: BackendKind;
  readonly schema: z.ZodType<T>;
  /** The flat settings under the names that BERTH_TARGETS uses. */
  readonly defaults: Readonly<Record<string, unknown>>;
  /** The setting behind each field, for faults in the flat settings. */
  readonly settingOf: Readonly<Record<string, string>>;
  readonly typicalMs: number;
  limits(fields: T): TargetLimits;
  open(fields: T, context: BackendContext): Promise<Backend>;
}

/** The field an issue is about; an unknown one stands not in its path but in the issue itself. */
function fieldOf(issue: z.core.$ZodIssue): string {
  return String(issue.path[0] ?? (issue.code === 'unrecognized_keys' ? issue.keys.join(', ') : ''));
}

function sentences<T>(reader: TargetReader<T>, override: TargetOverride | undefined, error: z.ZodError): string[] {
  return error.issues.map((issue) => {
    const field = fieldOf(issue);
    const fromList = override !== undefined && (field in override || !(field in reader.settingOf));
    const name = fromList ? `BERTH_TARGETS, ${override.name}, ${field}` : (reader.settingOf[field] ?? field);
    return `${name}: ${issue.message}`;
  });
}

function readOne<T>(
  reader: TargetReader<T>,
  name: string,
  override: TargetOverride | undefined,
): ConfiguredTarget | string[] {
  const targetName = TargetName.safeParse(name);
  if (!targetName.success) return [`BERTH_TARGETS, ${name}: a target's name is lower-case letters, digits and hyphens`];
  const fields = reader.schema.safeParse({ ...reader.defaults, ...override });
  if (!fields.success) return sentences(reader, override, fields.error);
  const { data } = fields;
  return {
    target: { name: targetName.data, backend: reader.kind, limits: reader.limits(data), typicalMs: reader.typicalMs },
    open: (context) => reader.open(data, context),
  };
}

/** One target from the flat settings, or one for each entry of the list. */
export function readTargets<T>(reader: TargetReader<T>, list: readonly TargetOverride[] | undefined): TargetsRead {
  const read = list
    ? list.map((override) => readOne(reader, override.name, override))
    : [readOne(reader, reader.kind, undefined)];
  const names = (list ?? []).map((override) => override.name);
  const twice = names.filter((name, index) => names.indexOf(name) !== index);
  return {
    targets: read.flatMap((one) => (Array.isArray(one) ? [] : [one])),
    faults: [
      ...read.flatMap((one) => (Array.isArray(one) ? one : [])),
      ...twice.map((name) => `BERTH_TARGETS: ${name} is listed twice`),
    ],
  };
}
