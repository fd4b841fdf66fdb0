import { expect, test } from 'vitest';
import { parseImage, withoutUselessTag } from '../../../src/backends/aci/image-reference.ts';

const digest = `sha256:${'a'.repeat(64)}`;

test.each<[string, string, string, string | undefined, string | undefined]>([
  ['redis', 'docker.io', 'redis', undefined, undefined],
  ['redis:7', 'docker.io', 'redis', '7', undefined],
  ['team/web:1.2', 'docker.io', 'team/web', '1.2', undefined],
  ['ctf.azurecr.io/web', 'ctf.azurecr.io', 'web', undefined, undefined],
  ['ctf.azurecr.io/team/web:1.2', 'ctf.azurecr.io', 'team/web', '1.2', undefined],
  ['127.0.0.1:5055/web:1', '127.0.0.1:5055', 'web', '1', undefined],
  ['localhost/web', 'localhost', 'web', undefined, undefined],
  [`ctf.azurecr.io/web@${digest}`, 'ctf.azurecr.io', 'web', undefined, digest],
  [`ctf.azurecr.io/web:1@${digest}`, 'ctf.azurecr.io', 'web', '1', digest],
])('%s', (reference, server, repository, tag, expected) => {
  expect(parseImage(reference)).toEqual({ server, repository, tag, digest: expected });
});

test.each<[string, string]>([
  ['ctf.azurecr.io/web:1', 'ctf.azurecr.io/web:1'],
  [`ctf.azurecr.io/web:1@${digest}`, `ctf.azurecr.io/web@${digest}`],
  [`127.0.0.1:5055/web@${digest}`, `127.0.0.1:5055/web@${digest}`],
  [`127.0.0.1:5055/web:1@${digest}`, `127.0.0.1:5055/web@${digest}`],
])('%s is pulled as %s', (reference, expected) => {
  expect(withoutUselessTag(reference)).toBe(expected);
});
