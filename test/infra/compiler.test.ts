import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Compiler, findCompiler, NoCompilerError } from '../../scripts/infra/compiler.ts';
import { deploymentOf } from '../../scripts/infra/snapshot.ts';

/** Undefined where there is none and none can be fetched; in CI that fails. */
async function compilerOfThisMachine(): Promise<Compiler | undefined> {
  const { CI } = process.env;
  try {
    return await findCompiler();
  } catch (error) {
    if (CI || !(error instanceof NoCompilerError)) throw error;
    process.stderr.write(`skipped: ${error.message}\n`);
    return undefined;
  }
}

const compiler = await compilerOfThisMachine();

const storage = (location: string) => `targetScope = 'resourceGroup'
param location string = resourceGroup().location
resource account 'Microsoft.Storage/storageAccounts@2024-01-01' = {
  name: 'st\${uniqueString(resourceGroup().id)}'
  location: ${location}
  kind: 'StorageV2'
  sku: { name: 'Standard_LRS' }
}
`;

describe.runIf(compiler)('the Bicep compiler', () => {
  let directory: string;
  const file = async (name: string, text: string): Promise<string> => {
    await writeFile(join(directory, name), text);
    return join(directory, name);
  };
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'berth-bicep-'));
  });
  afterAll(() => rm(directory, { recursive: true, force: true }));

  it('says nothing of a good file', async () => {
    const answer = await compiler?.run('lint', await file('good.bicep', storage('location')));
    expect(answer).toMatchObject({ said: '', failed: false });
  });

  it('says what is only a warning', async () => {
    const answer = await compiler?.run(
      'lint',
      await file('warned.bicep', `${storage('location')}param unused string\n`),
    );
    expect(answer?.said).toContain('no-unused-params');
  });

  it('refuses what is no Bicep', async () => {
    const answer = await compiler?.run('build', await file('broken.bicep', storage("['a'")), '--stdout');
    expect(answer).toMatchObject({ failed: true });
    expect(answer?.said).not.toBe('');
  });

  it('works out what a deployment makes', async () => {
    await file('good.bicep', storage('location'));
    const parameters = await file('good.bicepparam', "using 'good.bicep'\nparam location = 'northeurope'\n");
    if (!compiler) throw new Error('unreachable: this suite runs only with a compiler');
    const { resources } = await deploymentOf(compiler, parameters);
    expect(resources).toMatchObject([{ type: 'Microsoft.Storage/storageAccounts', location: 'northeurope' }]);
  });
});
