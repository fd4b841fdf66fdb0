import { execFile } from 'node:child_process';
import { access, mkdir, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** The one that is fetched where none is installed; its types are what the templates are checked against. */
const pinned = '0.49.2';
/** The first minor version whose `snapshot` tells every resource of a deployment. */
const oldestMinor = 41;
const packages = resolve('.berth/bicep');

const advice = `Any of these helps:
  - install the Azure CLI and run: az bicep install
  - put a Bicep CLI of at least 0.${oldestMinor} on the PATH
  - install the .NET SDK: npm run infra:check then fetches the compiler from NuGet by itself`;

/** No Bicep compiler on this machine; the message says how to get one. */
export class NoCompilerError extends Error {
  override readonly name = 'NoCompilerError';
}

export interface CompilerAnswer {
  readonly out: string;
  /** Warnings and errors, as the compiler prints them. */
  readonly said: string;
  readonly failed: boolean;
}

/** The Bicep compiler at `path`. */
export interface Compiler {
  readonly path: string;
  readonly version: string;
  run(...args: readonly string[]): Promise<CompilerAnswer>;
}

function textOf(error: object, stream: 'stdout' | 'stderr'): string {
  const text: unknown = Object.entries(error).find(([name]) => name === stream)?.[1];
  return typeof text === 'string' ? text : '';
}

function compilerAt(path: string, version: string): Compiler {
  return {
    path,
    version,
    async run(...args) {
      try {
        const { stdout, stderr } = await run(path, args, { maxBuffer: 64 * 1024 * 1024 });
        return { out: stdout, said: stderr.trim(), failed: false };
      } catch (error) {
        // A compiler that refuses a file ends with status 1 and says why; anything else did not even run.
        if (!(error instanceof Error) || !('code' in error) || typeof error.code !== 'number') throw error;
        return { out: textOf(error, 'stdout'), said: textOf(error, 'stderr').trim(), failed: true };
      }
    },
  };
}

/** Undefined when there is no compiler at `path`, or one that is too old. */
async function tryCompiler(path: string): Promise<Compiler | undefined> {
  const answer = await run(path, ['--version']).catch(() => undefined);
  const [version, , minor] = /(\d+)\.(\d+)\.\d+/.exec(answer?.stdout ?? '') ?? [];
  return version !== undefined && Number(minor) >= oldestMinor ? compilerAt(path, version) : undefined;
}

/** NuGet's name for this machine. */
function platform(): string {
  const systems: Readonly<Record<string, string>> = { linux: 'linux', darwin: 'osx', win32: 'win' };
  return `${systems[process.platform] ?? process.platform}-${process.arch}`;
}

function fetchedPath(): string {
  const file = process.platform === 'win32' ? 'bicep.exe' : 'bicep';
  return join(packages, `azure.bicep.commandline.${platform()}`, pinned, 'tools', file);
}

const project = `<Project Sdk="Microsoft.NET.Sdk">
  <PropertyGroup>
    <TargetFramework>netstandard2.0</TargetFramework>
    <DisableImplicitFrameworkReferences>true</DisableImplicitFrameworkReferences>
  </PropertyGroup>
  <ItemGroup>
    <PackageDownload Include="Azure.Bicep.CommandLine.${platform()}" Version="[${pinned}]" />
  </ItemGroup>
</Project>
`;

/** Through NuGet's own client, so that a proxy or a mirror that is set up for it is used. */
async function fetchCompiler(): Promise<Compiler | undefined> {
  const file = join(packages, 'fetch.csproj');
  await mkdir(packages, { recursive: true });
  await writeFile(file, project);
  const env = { ...process.env, DOTNET_CLI_TELEMETRY_OPTOUT: '1', DOTNET_NOLOGO: '1' };
  try {
    await run('dotnet', ['restore', file, '--packages', packages], { env });
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    const said = error instanceof Error ? `${textOf(error, 'stdout')}${textOf(error, 'stderr')}`.trim() : String(error);
    throw new NoCompilerError(`The .NET SDK could not fetch the Bicep compiler:\n${said}\n${advice}`, { cause: error });
  }
  return tryCompiler(fetchedPath());
}

/**
 * The Bicep compiler: an installed one first, then one that was fetched before, then a fresh one from NuGet.
 * Throws NoCompilerError, which says what to do.
 */
export async function findCompiler(): Promise<Compiler> {
  const azureCli = join(homedir(), '.azure', 'bin', process.platform === 'win32' ? 'bicep.exe' : 'bicep');
  for (const path of ['bicep', azureCli, fetchedPath()]) {
    if (
      path !== 'bicep' &&
      !(await access(path).then(
        () => true,
        () => false,
      ))
    )
      continue;
    const found = await tryCompiler(path);
    if (found) return found;
  }
  const fetched = await fetchCompiler();
  if (fetched) return fetched;
  throw new NoCompilerError(`There is no Bicep compiler on this machine.\n${advice}`);
}
