/** What is paid for: one HTTP request each, retries aside. */
export type StorageOperation =
  | 'get'
  | 'insert'
  | 'replace'
  | 'delete'
  | 'upsert'
  | 'transaction'
  | 'query'
  | 'send'
  | 'create';

export type CountStorage = (operation: StorageOperation, place: string) => void;
