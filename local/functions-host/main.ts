import { z } from 'zod';
import { parseCommandLine } from './command-line.ts';
import { startHost } from './host.ts';
import { takeKeys } from './host-environment.ts';
import { describeError } from './host-error.ts';
import { formatLogEntry, type LogSink } from './log.ts';
import { readSettingsFile } from './settings-file.ts';

/**
 * Runs a built Functions app until SIGTERM or SIGINT:
 * `node main.ts --app <dir> --port <n> [--settings <local.settings.json>] [--cors <origin,...>]`.
 * Standard output gets one line of JSON when the host is ready; logs go to standard error.
 */

const logAsText: LogSink = (entry) => void process.stderr.write(`${formatLogEntry(entry, new Date())}\n`);
const logAsJson: LogSink = (entry) => void process.stderr.write(`${JSON.stringify(entry)}\n`);

async function main(): Promise<void> {
  const { settingsFile, allowedOrigins, supportCredentials, logFormat, ...args } = parseCommandLine(
    process.argv.slice(2),
  );
  const file = settingsFile === undefined ? undefined : await readSettingsFile(settingsFile);
  // As with Core Tools, the environment wins over the file.
  const settings = Object.entries(file?.values ?? {}).filter(([name]) => process.env[name] === undefined);
  // As the worker does, so that the app finds its own files.
  process.chdir(args.appDir);
  const host = await startHost({
    ...args,
    settings: Object.fromEntries(settings),
    cors: {
      allowedOrigins: allowedOrigins ?? file?.allowedOrigins ?? [],
      supportCredentials: supportCredentials ?? file?.supportCredentials ?? false,
    },
    keys: takeKeys(process.env),
    log: logFormat === 'json' ? logAsJson : logAsText,
  });
  const stop = () => void host.stop().then(() => process.exit(0), fail);
  process.on('SIGTERM', stop).on('SIGINT', stop);
  process.stdout.write(`${JSON.stringify({ ready: true, url: host.url })}\n`);
}

function fail(error: unknown): never {
  process.stderr.write(`${error instanceof z.ZodError ? z.prettifyError(error) : describeError(error)}\n`);
  process.exit(1);
}

await main().catch(fail);
