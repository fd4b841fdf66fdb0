import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import type { ConfiguredTarget } from '../src/backends/backend.ts';
import { type Config, readConfig } from '../src/config.ts';
import { sizes } from '../src/core/challenges/challenge.ts';
import { BackendError } from '../src/core/errors.ts';
import { minutes } from '../src/core/ids.ts';
import type { Finding, Log } from '../src/core/ports.ts';
import { preflight, type TargetBefore } from '../src/core/targets/preflight.ts';
import { type CredentialSource, credentialSource } from '../src/identity/credential.ts';
import { systemClock } from '../src/system.ts';
import { preflightReport } from './preflight-report.ts';

const usage = `npm run preflight -- --players N [--size small|medium|large] [--minutes LIFETIME] [--settings FILE]

Asks every configured target for its quota and says how an event's opening with N players will go, and what to ask
Azure for. Settings come from the environment, and from local.settings.json (or FILE) where the environment is silent.
Exits with 1 when something stands in the way, with 2 when it could not be found out.`;

const { values } = parseArgs({
  options: {
    players: { type: 'string' },
    size: { type: 'string' },
    minutes: { type: 'string' },
    settings: { type: 'string' },
  },
});

const Wanted = z.object({
  players: z.coerce.number().int().min(1).max(100_000),
  size: z.enum(['small', 'medium', 'large']).optional(),
  minutes: z.coerce.number().int().min(0).max(10_080).optional(),
});
type Wanted = z.infer<typeof Wanted>;

const SettingsFile = z.object({ Values: z.record(z.string(), z.coerce.string()).default({}) });

/** A file that was named must be there; the usual one need not be. */
async function settingsIn(file: string | undefined): Promise<Record<string, string>> {
  try {
    return SettingsFile.parse(JSON.parse(await readFile(file ?? 'local.settings.json', 'utf8'))).Values;
  } catch (error) {
    const missing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    if (missing && file === undefined) return {};
    throw error;
  }
}

const quiet: Log = { info: () => undefined, warn: () => undefined, error: () => undefined };

interface Asked extends TargetBefore {
  readonly findings: readonly Finding[];
}

function unreachable(error: unknown): Finding[] {
  if (!(error instanceof BackendError)) throw error;
  return [{ severity: 'fault', code: error.code, message: error.message }];
}

async function ask(configured: ConfiguredTarget, config: Config, credential: CredentialSource): Promise<Asked> {
  const { deployment } = config.lifecycle;
  const { target } = configured;
  try {
    const backend = await configured.open({ deployment, clock: systemClock, log: quiet, credential });
    const findings = await backend.check();
    const usageNow = await backend.usage().catch((error: unknown) => {
      // The check has told why it cannot be read.
      if (error instanceof BackendError) return undefined;
      throw error;
    });
    return { target, usage: usageNow, findings };
  } catch (error) {
    return { target, usage: undefined, findings: unreachable(error) };
  }
}

async function run(wanted: Wanted): Promise<number> {
  const environment = { ...(await settingsIn(values.settings)), ...process.env };
  const config = readConfig(environment);
  const identity = { clientId: config.identityClientId, environment };
  const asked = await Promise.all(config.targets.map((one) => ask(one, config, credentialSource(identity))));
  const { defaults } = config.lifecycle;
  const size = wanted.size ?? defaults.size;
  const lifetimeMinutes = wanted.minutes ?? defaults.lifetimeMinutes;
  const outlook = preflight(asked, wanted.players, { cpu: sizes[size].cpu, holdsMs: minutes(lifetimeMinutes) });
  const findings = asked.flatMap(({ target, findings: found }) =>
    found.map((one) => ({ target: target.name, ...one })),
  );
  const about = { players: wanted.players, size, lifetimeMinutes, faults: config.faults, findings };
  process.stdout.write(preflightReport(outlook, about));
  const inTheWay = config.faults.length > 0 || findings.some(({ severity }) => severity === 'fault');
  return inTheWay || outlook.targets.some((target) => target.ask !== undefined) ? 1 : 0;
}

const wanted = Wanted.safeParse(values);
if (!wanted.success) {
  process.stderr.write(`${usage}\n`);
  process.exitCode = 2;
} else {
  try {
    process.exitCode = await run(wanted.data);
  } catch (error) {
    process.stderr.write(`Nothing was found out: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 2;
  }
}
