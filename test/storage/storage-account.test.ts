import { expect, test } from 'vitest';
import { readStorageAccount } from '../../src/storage/storage-account.ts';

test('a connection string is taken as it is', () => {
  const account = readStorageAccount({ AzureWebJobsStorage: 'UseDevelopmentStorage=true' });
  expect(account).toEqual({ by: 'connectionString', connectionString: 'UseDevelopmentStorage=true' });
});

test('an account name gives the public addresses, and a client id the identity', () => {
  const environment = {
    AzureWebJobsStorage: '',
    AzureWebJobsStorage__accountName: 'berthstore',
    AzureWebJobsStorage__credential: 'managedidentity',
    AzureWebJobsStorage__clientId: '11111111-2222-3333-4444-555555555555',
  };
  expect(readStorageAccount(environment)).toEqual({
    by: 'identity',
    tableUri: 'https://berthstore.table.core.windows.net',
    queueUri: 'https://berthstore.queue.core.windows.net',
    clientId: '11111111-2222-3333-4444-555555555555',
    managed: true,
  });
});

test('addresses go before the account name, without a slash at their end', () => {
  const environment = {
    AzureWebJobsStorage__tableServiceUri: 'https://t.example/account/',
    AzureWebJobsStorage__queueServiceUri: 'https://q.example',
  };
  expect(readStorageAccount(environment)).toMatchObject({
    tableUri: 'https://t.example/account',
    queueUri: 'https://q.example',
    clientId: undefined,
    managed: false,
  });
});

test("where the platform offers an identity, it is the platform's", () => {
  const environment = { AzureWebJobsStorage__accountName: 'berthstore', IDENTITY_ENDPOINT: 'http://127.0.0.1:1/token' };
  expect(readStorageAccount(environment)).toMatchObject({ managed: true });
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
