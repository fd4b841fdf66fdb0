import { z } from 'zod';
import { BerthError } from '../core/errors.ts';

/** How the storage account is reached. */
export type StorageAccount = { readonly by: 'connectionString'; readonly connectionString: string } | IdentityAccount;

export interface IdentityAccount {
  readonly by: 'identity';
  readonly tableUri: string;
  readonly queueUri: string;
}

type Environment = Readonly<Record<string, string | undefined>>;

const setting = 'AzureWebJobsStorage';
const AccountName = z.string().regex(/^[a-z0-9]{3,24}$/);
const ServiceUri = z.url({ protocol: /^https$/ });

function faulty(name: string, problem: string): BerthError {
  return new BerthError('misconfigured', `The app setting ${name} ${problem}.`, { setting: name });
}

function serviceUri(environment: Environment, service: 'table' | 'queue'): string | undefined {
  const name = `${setting}__${service}ServiceUri`;
  const given = environment[name];
  if (given === undefined || given === '') return undefined;
  const uri = ServiceUri.safeParse(given);
  if (!uri.success) throw faulty(name, 'must be an https address');
  return uri.data.replace(/\/+$/, '');
}

function accountName(environment: Environment): string {
  const name = AccountName.safeParse(environment[`${setting}__accountName`]);
  if (name.success) return name.data;
  throw faulty(setting, `is missing: a connection string, or ${setting}__accountName for an identity`);
}

function identityAccount(environment: Environment): IdentityAccount {
  const uriOf = (service: 'table' | 'queue'): string =>
    serviceUri(environment, service) ?? `https://${accountName(environment)}.${service}.core.windows.net`;
  return {
    by: 'identity',
    tableUri: uriOf('table'),
    queueUri: uriOf('queue'),
  };
}

/** From the settings that the Functions host itself uses. Throws BerthError `misconfigured`, naming the setting. */
export function readStorageAccount(environment: Environment): StorageAccount {
  const connectionString = environment[setting];
  return connectionString === undefined || connectionString === ''
    ? identityAccount(environment)
    : { by: 'connectionString', connectionString };
}
