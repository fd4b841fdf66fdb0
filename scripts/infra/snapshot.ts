import { copyFile, readFile, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { z } from 'zod';
import type { Compiler } from './compiler.ts';

const Resource = z.looseObject({
  id: z.string(),
  type: z.string(),
  name: z.string(),
  properties: z.unknown().optional(),
});
export type Resource = z.infer<typeof Resource>;

const Snapshot = z.object({
  predictedResources: z.array(Resource),
  diagnostics: z.array(z.unknown()),
  outputs: z.record(z.string(), z.unknown()).default({}),
});

/** What a deployment with certain parameters would make, with every expression worked out that needs no Azure. */
export interface Deployment {
  /** The parameter file it comes from. */
  readonly scenario: string;
  readonly resources: readonly Resource[];
  readonly outputs: Readonly<Record<string, unknown>>;
}

/** Where the deployments are pretended to go. */
export const pretended = {
  tenant: '00000000-0000-4000-8000-0000000000a0',
  subscription: '00000000-0000-4000-8000-0000000000a1',
} as const;

export class SnapshotError extends Error {
  override readonly name = 'SnapshotError';
}

export function parseDeployment(scenario: string, text: string): Deployment {
  const { predictedResources, diagnostics, outputs } = Snapshot.parse(JSON.parse(text));
  if (diagnostics.length > 0) throw new SnapshotError(`${scenario}: ${JSON.stringify(diagnostics)}`);
  return { scenario, resources: predictedResources, outputs };
}

/** The compiler writes its answer beside the parameters: beside a copy with a name of its own, so that two runs never meet. */
export async function deploymentOf(compiler: Compiler, file: string): Promise<Deployment> {
  const stem = join(dirname(file), `.check-${crypto.randomUUID()}`);
  const parameters = `${stem}.bicepparam`;
  const answer = `${stem}.snapshot.json`;
  try {
    await copyFile(file, parameters);
    const { said, failed } = await compiler.run(
      ...['snapshot', parameters, '--mode', 'overwrite', '--location', 'westeurope', '--deployment-name', 'berth'],
      ...['--tenant-id', pretended.tenant, '--subscription-id', pretended.subscription],
    );
    if (failed || said !== '') throw new SnapshotError(`${file}: ${said}`);
    return parseDeployment(basename(file, '.bicepparam'), await readFile(answer, 'utf8'));
  } finally {
    await Promise.all([parameters, answer].map((path) => rm(path, { force: true })));
  }
}
