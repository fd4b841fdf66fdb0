/** What a request is about: the key of counters and of faults. */
export const REQUEST_KINDS = [
  'groups.put',
  'groups.get',
  'groups.list',
  'groups.patch',
  'groups.delete',
  'operations.get',
  'logs.get',
  'usages.list',
  'cachedImages.list',
  'catalog.list',
  'repository.get',
  'tags.list',
  'manifests.list',
  'tags.get',
  'manifests.get',
  'registry.exchange',
  'registry.token',
  'identity.token',
] as const;

export type RequestKind = (typeof REQUEST_KINDS)[number];
