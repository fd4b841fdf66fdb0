import type { z } from 'zod';
import type { Deployment, Resource } from '../snapshot.ts';

export function ofType(deployment: Deployment, type: string): readonly Resource[] {
  return deployment.resources.filter((resource) => resource.type.toLowerCase() === type.toLowerCase());
}

/** The sentences of what is not as `schema` wants it. */
export function mismatches(resource: Resource, schema: z.ZodType): string[] {
  const parsed = schema.safeParse(resource);
  if (parsed.success) return [];
  return parsed.error.issues.map(
    (issue) => `${resource.type} ${resource.name}, ${issue.path.join('.')}: ${issue.message}`,
  );
}

/** Every text within a value, with where it stands. */
export function* textsOf(value: unknown, path = ''): Generator<{ readonly path: string; readonly text: string }> {
  if (typeof value === 'string') {
    yield { path, text: value };
  } else if (typeof value === 'object' && value !== null) {
    for (const [name, inner] of Object.entries(value)) yield* textsOf(inner, path === '' ? name : `${path}.${name}`);
  }
}
