import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { DockerConnection } from '../../../src/backends/docker/docker-connection.ts';
import { bridgeName, DockerSettings } from '../../../src/backends/docker/docker-settings.ts';

const pem = '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n';
const hostKey = `SHA256:${'A'.repeat(43)}`;

function faultOf(input: unknown): string {
  const read = DockerConnection.safeParse(input);
  return read.success ? '' : z.prettifyError(read.error);
}

describe('a connection', () => {
  test('is a socket, by its full path', () => {
    expect(DockerConnection.parse({ endpoint: ' unix:///var/run/docker.sock ' })).toEqual({
      kind: 'unix',
      socketPath: '/var/run/docker.sock',
    });
    expect(faultOf({ endpoint: 'unix://docker.sock' })).toContain('full path');
    expect(faultOf({ endpoint: 'unix:///' })).toContain('full path');
  });

  test.each(['127.0.0.1', 'localhost', '[::1]', '127.8.8.8'])('is plain TCP on %s', (host) => {
    const connection = DockerConnection.parse({ endpoint: `tcp://${host}:2375` });
    expect(connection).toEqual({ kind: 'tcp', host: host.replace(/[[\]]/g, ''), port: 2375 });
  });

  test.each(['10.0.0.4', 'docker.example.org', '127.0.0.1.example.org', '0.0.0.0'])(
    'is never plain TCP to %s',
    (host) => {
      expect(faultOf({ endpoint: `tcp://${host}:2375` })).toContain('TLS is needed');
    },
  );

  test('is TLS with all three of CA, certificate and key, in one line or many', () => {
    const oneLine = pem.trim().replaceAll('\n', '\\n');
    const input = { endpoint: 'tcp://docker.example.org:2376', tlsCa: pem, tlsCert: oneLine, tlsKey: pem };
    const read = DockerConnection.parse(input);
    expect(read).toEqual({ kind: 'tls', host: 'docker.example.org', port: 2376, ca: pem, cert: pem, key: pem });
    expect(faultOf({ ...input, tlsKey: undefined })).toContain('the key missing');
    expect(faultOf({ ...input, tlsCa: undefined, tlsCert: undefined })).toContain('the CA and the certificate missing');
    expect(faultOf({ ...input, tlsCa: 'MIIB' })).toContain('not a PEM text');
  });

  test('needs a port over TCP', () => {
    expect(faultOf({ endpoint: 'tcp://docker.example.org' })).toContain('host and port');
  });

  test('is SSH with a key and the fingerprint of the host', () => {
    const input = { endpoint: 'ssh://berth@docker.example.org', sshKey: pem, sshHostKey: hostKey };
    expect(DockerConnection.parse(input)).toEqual({
      kind: 'ssh',
      host: 'docker.example.org',
      port: 22,
      user: 'berth',
      key: pem,
      hostKey: 'A'.repeat(43),
    });
    expect(DockerConnection.parse({ ...input, endpoint: 'ssh://berth@10.0.0.4:2222' })).toMatchObject({ port: 2222 });
    expect(faultOf({ ...input, endpoint: 'ssh://docker.example.org' })).toContain('user and host');
    expect(faultOf({ ...input, endpoint: 'ssh://berth:secret@docker.example.org' })).toContain('private key');
    expect(faultOf({ ...input, sshKey: undefined })).toContain('private key');
    expect(faultOf({ ...input, sshHostKey: undefined })).toContain('ssh-keyscan');
    expect(faultOf({ ...input, sshHostKey: 'AAAA' })).toContain('SHA256:');
  });

  test.each(['', 'docker', '/var/run/docker.sock', 'http://host:2375', 'npipe:////./pipe/docker_engine'])(
    'is not %j',
    (endpoint) => {
      expect(faultOf({ endpoint })).toContain('the forms are unix:///path, tcp://host:port and ssh://user@host');
    },
  );

  test('never tells a secret in its faults', () => {
    expect(faultOf({ endpoint: 'ssh://a@b', sshKey: 'secret-words', sshHostKey: 'x' })).not.toContain('secret-words');
  });
});

describe('settings', () => {
  const deployment = 'one';
  const unix = { endpoint: 'unix:///var/run/docker.sock' };
  const tls = { endpoint: 'tcp://docker.example.org:2376', tlsCa: pem, tlsCert: pem, tlsKey: pem };

  test('keep ports on loopback as long as only this machine is told of them', () => {
    expect(DockerSettings.parse({ connection: unix, deployment })).toMatchObject({
      publicHost: '127.0.0.1',
      bindAddress: '127.0.0.1',
    });
    expect(DockerSettings.parse({ connection: unix, deployment, publicHost: 'localhost' })).toMatchObject({
      bindAddress: '127.0.0.1',
    });
  });

  test('publish ports where players are told of another host, or the engine is elsewhere', () => {
    const shown = { connection: unix, deployment, publicHost: 'play.example.org' };
    expect(DockerSettings.parse(shown)).toMatchObject({ bindAddress: '0.0.0.0' });
    expect(DockerSettings.parse({ ...shown, bindAddress: '10.0.0.4' })).toMatchObject({ bindAddress: '10.0.0.4' });
    expect(DockerSettings.parse({ connection: tls, deployment })).toMatchObject({
      publicHost: 'docker.example.org',
      bindAddress: '0.0.0.0',
    });
    // 127.0.0.1 over SSH is a tunnel's near end: the engine is not here.
    const ssh = { endpoint: 'ssh://a@127.0.0.1', sshKey: pem, sshHostKey: hostKey };
    expect(DockerSettings.parse({ connection: ssh, deployment })).toMatchObject({ bindAddress: '0.0.0.0' });
  });

  test('refuse a host with a scheme and a network whose bridge would have too long a name', () => {
    expect(DockerSettings.safeParse({ connection: unix, deployment, publicHost: 'https://a' }).success).toBe(false);
    expect(DockerSettings.safeParse({ connection: unix, deployment, network: 'a'.repeat(15) }).success).toBe(false);
    expect(bridgeName('a'.repeat(14))).toHaveLength(15);
  });

  test('have quiet defaults', () => {
    expect(DockerSettings.parse({ connection: unix, deployment })).toMatchObject({
      pidsLimit: 256,
      pullMissingImages: false,
      network: 'berth',
    });
  });
});
