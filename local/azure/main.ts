import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { optionsSchema, type StandInInput } from './options.ts';
import { startAzureStandIn } from './start.ts';

const USAGE = `Starts a local stand-in for Azure Resource Manager's container groups, a container registry and the managed
identity endpoint, and prints one line of JSON that says where they are.

  --config <file>         options as JSON (see local/azure/options.ts)
  --https-port <number>   port of ARM and the registry
  --http-port <number>    port of the identity endpoint and the controls
  --docker-socket <path>  run groups as containers of this Docker engine
`;

const { values } = parseArgs({
  options: {
    config: { type: 'string' },
    'https-port': { type: 'string' },
    'http-port': { type: 'string' },
    'docker-socket': { type: 'string' },
    help: { type: 'boolean' },
  },
});

async function chosenOptions(): Promise<StandInInput> {
  const { config } = values;
  const fromFile: unknown = config === undefined ? {} : JSON.parse(await readFile(config, 'utf8'));
  return {
    ...optionsSchema.parse(fromFile),
    ...(values['https-port'] === undefined ? {} : { httpsPort: Number(values['https-port']) }),
    ...(values['http-port'] === undefined ? {} : { httpPort: Number(values['http-port']) }),
    ...(values['docker-socket'] === undefined ? {} : { docker: { socketPath: values['docker-socket'] } }),
  };
}

async function run(): Promise<void> {
  const standIn = await startAzureStandIn(await chosenOptions());
  const { settle: _settle, stop, certificatePem: _pem, ...facts } = standIn;
  const end = (): void => {
    stop().then(
      () => process.exit(0),
      (error: unknown) => fail(error),
    );
  };
  process.once('SIGINT', end);
  process.once('SIGTERM', end);
  process.stdout.write(`${JSON.stringify({ ready: true, ...facts })}\n`);
}

function fail(error: unknown): void {
  process.stderr.write(`azure stand-in: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
}

if (values.help) process.stdout.write(USAGE);
else run().catch(fail);
