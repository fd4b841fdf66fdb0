import { z } from 'zod';
import type { Expected } from '../expected.ts';
import type { Deployment } from '../snapshot.ts';
import { mismatches, ofType } from './resources.ts';

const Account = z.object({
  properties: z.object({
    allowSharedKeyAccess: z.literal(false),
    allowBlobPublicAccess: z.literal(false),
    supportsHttpsTrafficOnly: z.literal(true),
    minimumTlsVersion: z.enum(['TLS1_2', 'TLS1_3']),
  }),
});

function compare(kind: string, made: readonly string[], used: readonly string[]): string[] {
  return [
    ...used.filter((name) => !made.includes(name)).map((name) => `the ${kind} ${name} is used but not made`),
    ...made.filter((name) => !used.includes(name)).map((name) => `the ${kind} ${name} is made but not used`),
  ];
}

function lastNames(deployment: Deployment, type: string): string[] {
  return ofType(deployment, type).map(({ name }) => name.slice(name.lastIndexOf('/') + 1));
}

/** No keys, no plain HTTP; the tables and queues of the code, all and no others. */
export function storageRules(deployment: Deployment, expected: Expected): string[] {
  const accounts = ofType(deployment, 'Microsoft.Storage/storageAccounts');
  return [
    ...(accounts.length === 1 ? [] : [`there are ${accounts.length} storage accounts`]),
    ...accounts.flatMap((account) => mismatches(account, Account)),
    ...compare(
      'table',
      lastNames(deployment, 'Microsoft.Storage/storageAccounts/tableServices/tables'),
      expected.tables,
    ),
    ...compare(
      'queue',
      lastNames(deployment, 'Microsoft.Storage/storageAccounts/queueServices/queues'),
      expected.queues,
    ),
  ];
}
