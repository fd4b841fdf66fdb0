import { expect, test } from 'vitest';
import { readStorageAccount } from '../../src/storage/storage-account.ts';

test('a connection string is taken as it is', () => {
  const account = readStorageAccount({ AzureWebJobsStorage: 'UseDevelopmentStorage=true' });
  expect(account).toEqual({ by: 'connectionString', connectionString: 'UseDevelopmentStorage=true' });
});

test('an account name gives the public addresses', () => {
  const environment = { AzureWebJobsStorage: '', AzureWebJobsStorage__accountName: 'berthstore' };
  expect(readStorageAccount(environment)).toEqual({
    by: 'identity',
    tableUri: 'https://berthstore.table.core.windows.net',
    queueUri: 'https://berthstore.queue.core.windows.net',
  });
});

test('addresses go before the account name, without a slash at their end', () => {
  const environment = {
    AzureWebJobsStorage__tableServiceUri: 'https://t.example/account/',
    AzureWebJobsStorage__queueServiceUri: 'https://q.example',
  };
  expect(readStorageAccount(environment)).toEqual({
    by: 'identity',
    tableUri: 'https://t.example/account',
    queueUri: 'https://q.example',
  });
});

test.each([
  [{}, 'AzureWebJobsStorage'],
  [{ AzureWebJobsStorage__accountName: 'No Such Name' }, 'AzureWebJobsStorage'],
  [
    { AzureWebJobsStorage__accountName: 'berthstore', AzureWebJobsStorage__tableServiceUri: 'http://t.example' },
    'AzureWebJobsStorage__tableServiceUri',
  ],
])('%j is misconfigured, naming %s', (environment, setting) => {
  expect(() => readStorageAccount(environment)).toThrowError(
    expect.objectContaining({ code: 'misconfigured', facts: { setting } }),
  );
});
