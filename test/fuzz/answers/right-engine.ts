import { writeLabels } from '../../../src/backends/docker/docker-labels.ts';
import type { CreateRequest } from '../../../src/core/ports.ts';
import { fakeInfo, fakeNetwork } from '../../backends/docker/support/fake-engine.ts';
import type { RightAnswer } from './hostile-answer.ts';

const bytes = Buffer.from('serving\n');
const frame = Buffer.concat([Buffer.from([1, 0, 0, 0, 0, 0, 0, bytes.length]), bytes]);
const image = { RepoTags: ['berth-test/web:1'], RepoDigests: [], Created: 1_764_000_000 };

/** An engine with this one container on it, until it is removed. */
export function rightEngine(request: CreateRequest): (method: string, path: string) => RightAnswer {
  let isThere = true;
  const labels = writeLabels(request);
  const ports = [{ PrivatePort: 8080, PublicPort: 32_768, Type: 'tcp' }];
  const listed = { Id: 'id', Names: [`/${request.name}`], Labels: labels, State: 'running', Created: 1, Ports: ports };
  const inspected = {
    Id: 'id',
    Name: `/${request.name}`,
    Config: { Labels: labels },
    State: { Status: 'running', ExitCode: 0, OOMKilled: false },
    NetworkSettings: { Ports: { '8080/tcp': [{ HostIp: '127.0.0.1', HostPort: '32768' }] }, Networks: {} },
  };
  const remove = (): RightAnswer => {
    isThere = false;
    return { status: 204 };
  };
  return (method, path) => {
    const call = `${method} ${path}`;
    if (call === 'GET /info') return { status: 200, body: fakeInfo };
    if (call === 'GET /networks') return { status: 200, body: [fakeNetwork] };
    if (call === 'GET /containers/json') return { status: 200, body: isThere ? [listed] : [] };
    if (call === 'GET /images/json') return { status: 200, body: [image] };
    if (call === 'POST /containers/create') return { status: 201, body: { Id: 'id', Warnings: [] } };
    if (/^POST .*\/start$/.test(call)) return { status: 204 };
    if (/^POST .*\/wait$/.test(call)) return { status: 200, body: { StatusCode: 0 } };
    if (/^GET .*\/logs$/.test(call)) return { status: 200, bytes: frame };
    if (method === 'DELETE') return remove();
    if (/^GET \/containers\/.*\/json$/.test(call) && isThere) return { status: 200, body: inspected };
    return { status: 404, body: { message: 'No such container: it' } };
  };
}
