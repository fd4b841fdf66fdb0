import { tagsOf } from '../../../src/backends/aci/group-tags.ts';
import type { CreateRequest } from '../../../src/core/ports.ts';
import { registryServer } from '../../backends/aci/support/subjects.ts';
import type { RightAnswer } from './hostile-answer.ts';

const tag = {
  name: '1',
  digest: 'sha256:1',
  createdTime: '2026-01-01T00:00:00Z',
  lastUpdateTime: '2026-01-01T00:00:00Z',
};
const usage = {
  name: { value: 'ContainerGroups', localizedValue: 'Groups' },
  currentValue: 1,
  limit: 100,
  unit: 'Count',
};
const absent = { error: { code: 'ResourceNotFound', message: 'The resource was not found.' } };

/** A subscription with this one group in it, until it is deleted, and a registry with one image. */
export function rightAzure(request: CreateRequest): (method: string, path: string) => RightAnswer {
  let isThere = true;
  const properties = {
    provisioningState: 'Succeeded',
    ipAddress: { ip: '20.1.2.3', fqdn: 'a.example', type: 'Public', ports: [] },
  };
  const group = { name: request.name, tags: tagsOf(request), location: 'westeurope', properties };
  const remove = (): RightAnswer => {
    isThere = false;
    return { status: 200, body: group };
  };
  const registry = (path: string): RightAnswer => {
    if (path.endsWith('/_catalog')) return { status: 200, body: { repositories: ['web'] } };
    return {
      status: 200,
      body: { registry: registryServer, imageName: 'web', tags: [{ ...tag, changeableAttributes: {} }] },
    };
  };
  return (method, path) => {
    if (path === '/oauth2/exchange') return { status: 200, body: { refresh_token: 'a.b.c' } };
    if (path.startsWith('/acr/')) return registry(path);
    if (path.endsWith('/usages')) return { status: 200, body: { value: [usage] } };
    if (path.endsWith('/logs')) return { status: 200, body: { content: 'serving' } };
    if (path.endsWith('/containerGroups')) return { status: 200, body: { value: isThere ? [group] : [] } };
    if (method === 'PUT') return { status: 201, body: group };
    if (method === 'DELETE') return remove();
    return isThere ? { status: 200, body: group } : { status: 404, body: absent };
  };
}
