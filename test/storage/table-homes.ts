import { randomUUID } from 'node:crypto';
import { createDefaultHttpClient } from '@azure/core-rest-pipeline';
import { TableClient } from '@azure/data-tables';
import { inject } from 'vitest';
import { AzureTable } from '../../src/storage/azure-table.ts';
import type { Table } from '../../src/storage/table.ts';
import { SimulatedTable } from '../simulation/storage/simulated-table.ts';

/** Where a table may live; every call opens one of its own, not yet created. */
export interface TableHome {
  readonly name: string;
  open(): Table;
}

const httpClient = createDefaultHttpClient();

/** Letters and digits, a letter first: allowed before and in the name of any table or queue. */
export function uniqueName(): string {
  return `t${randomUUID().replaceAll('-', '').slice(0, 20)}`;
}

function openAzuriteTable(): Table {
  const options = { httpClient, allowInsecureConnection: true };
  const client = TableClient.fromConnectionString(inject('azurite'), uniqueName(), options);
  return new AzureTable({ client: () => client, httpClient, count: () => undefined });
}

export const tableHomes: readonly TableHome[] = [
  { name: 'Azurite', open: openAzuriteTable },
  { name: 'the simulation', open: () => new SimulatedTable('table') },
];
