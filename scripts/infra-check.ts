import { glob, readFile } from 'node:fs/promises';
import { type Compiler, type CompilerAnswer, findCompiler, NoCompilerError } from './infra/compiler.ts';
import { readExpected } from './infra/expected.ts';
import { appRules } from './infra/rules/app-rules.ts';
import { roleRules, roleTableRules } from './infra/rules/role-rules.ts';
import { parseRoleTable } from './infra/rules/role-table.ts';
import { secretRules, templateRules } from './infra/rules/secret-rules.ts';
import { reachRules, settingRules } from './infra/rules/setting-rules.ts';
import { storageRules } from './infra/rules/storage-rules.ts';
import { type Deployment, deploymentOf } from './infra/snapshot.ts';

/** `npm run infra:check`: compiles and lints every Bicep file, then holds what they would deploy to the rules. */

const main = 'infra/main.bicep';
const scenarios = ['infra/main.bicepparam', 'test/infra/scenarios/*.bicepparam'];

async function filesOf(patterns: readonly string[]): Promise<string[]> {
  const files: string[] = [];
  for (const pattern of patterns) for await (const file of glob(pattern)) files.push(file);
  return files.sort();
}

function said(answer: CompilerAnswer, what: string): string[] {
  const lines = answer.said.split('\n').filter((line) => line !== '');
  return lines.length === 0 && answer.failed ? [`${what} failed`] : lines;
}

/** Not one warning: a warning that is looked away from hides the next. */
async function compileRules(compiler: Compiler): Promise<string[]> {
  const linted = await compiler.run('lint', '--pattern', 'infra/**/*.bicep');
  const built = await compiler.run('build', main, '--stdout');
  const findings = [...new Set([...said(linted, 'lint'), ...said(built, 'build')])];
  return findings.length > 0 ? findings : templateRules(main, JSON.parse(built.out));
}

async function deploymentRules(deployments: readonly Deployment[]): Promise<string[]> {
  const expected = await readExpected();
  const table = parseRoleTable(await readFile('docs/security-roles.md', 'utf8'));
  const each = deployments.flatMap((deployment) =>
    [
      ...storageRules(deployment, expected),
      ...appRules(deployment, expected),
      ...settingRules(deployment),
      ...secretRules(deployment),
      ...roleRules(deployment, table),
    ].map((finding) => `${deployment.scenario}: ${finding}`),
  );
  return [...each, ...reachRules(deployments), ...roleTableRules(deployments, table)];
}

async function check(): Promise<readonly string[]> {
  const compiler = await findCompiler();
  const files = await filesOf(['infra/**/*.bicep']);
  process.stdout.write(`Bicep ${compiler.version}: ${files.length} files\n`);
  const findings = await compileRules(compiler);
  if (findings.length > 0) return findings;
  const deployments = await Promise.all((await filesOf(scenarios)).map((file) => deploymentOf(compiler, file)));
  const resources = deployments.reduce((sum, deployment) => sum + deployment.resources.length, 0);
  process.stdout.write(`${deployments.length} deployments of ${resources} resources\n`);
  return deploymentRules(deployments);
}

try {
  const findings = await check();
  for (const finding of findings) process.stderr.write(`${finding}\n`);
  process.stdout.write(findings.length === 0 ? 'infra: nothing to mend\n' : `infra: ${findings.length} to mend\n`);
  process.exitCode = findings.length === 0 ? 0 : 1;
} catch (error) {
  if (!(error instanceof NoCompilerError)) throw error;
  process.stderr.write(`${error.message}\n`);
  // On a developer's machine a missing tool is named; in CI it must not pass for a check that was done.
  const { CI } = process.env;
  process.exitCode = CI ? 1 : 0;
}
