import fc from 'fast-check';
import { z } from 'zod';

/** A node of a JSON schema, as far as the OpenAPI document uses it. */
export const Schema = z.looseObject({
  type: z.string().optional(),
  const: z.unknown().optional(),
  enum: z.array(z.unknown()).optional(),
  anyOf: z.array(z.unknown()).optional(),
  oneOf: z.array(z.unknown()).optional(),
  properties: z.record(z.string(), z.unknown()).optional(),
  required: z.array(z.string()).optional(),
  items: z.unknown().optional(),
  propertyNames: z.unknown().optional(),
  additionalProperties: z.unknown().optional(),
  pattern: z.string().optional(),
  format: z.string().optional(),
  minimum: z.number().optional(),
  maximum: z.number().optional(),
  minItems: z.number().optional(),
  maxItems: z.number().optional(),
  maxLength: z.number().optional(),
});
export type Schema = z.infer<typeof Schema>;

/** Right values for a name that no schema knows: whose, and of which challenge. */
export type Pools = Readonly<Record<string, readonly string[]>>;

function textOf({ pattern, format, maxLength = 60 }: Schema): fc.Arbitrary<unknown> {
  if (format === 'date') return fc.constantFrom('2026-11-24', '1970-01-01', '9999-12-31', '0001-01-01');
  if (pattern !== undefined) return fc.stringMatching(new RegExp(pattern));
  return fc.string({ maxLength: Math.min(60, maxLength) });
}

function numberOf({ minimum = -1e6, maximum = 1e15 }: Schema): fc.Arbitrary<unknown> {
  const [min, max] = [Math.ceil(Math.max(minimum, -1e15)), Math.floor(Math.min(maximum, 1e15))];
  return fc.oneof(
    fc.integer({ min: Math.max(min, -(2 ** 31)), max: Math.min(max, 2 ** 31 - 1) }),
    fc.constantFrom(min, max),
  );
}

function objectOf(schema: Schema, pools: Pools): fc.Arbitrary<unknown> {
  const { properties, required = [] } = schema;
  if (properties === undefined) {
    const keys =
      schema.propertyNames === undefined ? fc.string({ maxLength: 20 }) : valuesOf(schema.propertyNames, '', pools);
    return fc.dictionary(keys.map(String), valuesOf(schema.additionalProperties, '', pools), { maxKeys: 3 });
  }
  const fields = Object.entries(properties).map(([name, field]) => [name, valuesOf(field, name, pools)] as const);
  return fc.record(Object.fromEntries(fields), { requiredKeys: required.filter((name) => name in properties) });
}

/** Values that a schema takes, or nearly: refinements beyond the schema are not followed. */
export function valuesOf(node: unknown, name: string, pools: Pools): fc.Arbitrary<unknown> {
  const schema = Schema.parse(node);
  const pool = pools[name];
  if (pool !== undefined) return fc.constantFrom(...pool);
  if ('const' in schema) return fc.constant(schema.const);
  if (schema.enum !== undefined) return fc.constantFrom(...schema.enum);
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices !== undefined) return fc.oneof(...choices.map((choice) => valuesOf(choice, name, pools)));
  switch (schema.type) {
    case 'string':
      return textOf(schema);
    case 'integer':
    case 'number':
      return numberOf(schema);
    case 'boolean':
      return fc.boolean();
    case 'null':
      return fc.constant(null);
    case 'array': {
      const { minItems = 0, maxItems = 3 } = schema;
      return fc.array(valuesOf(schema.items, name, pools), {
        minLength: minItems,
        maxLength: Math.max(minItems, Math.min(3, maxItems)),
      });
    }
    case 'object':
      return objectOf(schema, pools);
    default:
      return fc.jsonValue({ maxDepth: 2 });
  }
}
