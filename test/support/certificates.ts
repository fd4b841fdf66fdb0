import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

export interface Certified {
  readonly certFile: string;
  readonly keyFile: string;
  readonly cert: string;
  readonly key: string;
}

async function certified(directory: string, name: string): Promise<Certified> {
  const certFile = join(directory, `${name}.pem`);
  const keyFile = join(directory, `${name}-key.pem`);
  const [cert, key] = await Promise.all([readFile(certFile, 'utf8'), readFile(keyFile, 'utf8')]);
  return { certFile, keyFile, cert, key };
}

const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];

/** A certificate authority that nobody else trusts. */
export async function makeAuthority(directory: string, name: string): Promise<Certified> {
  const out = ['-keyout', join(directory, `${name}-key.pem`), '-out', join(directory, `${name}.pem`)];
  await run('openssl', ['req', '-x509', ...newKey, ...out, '-days', '2', '-subj', `/CN=${name}`]);
  return certified(directory, name);
}

/** A certificate that the authority signed; `extensions` in OpenSSL's own words, such as `subjectAltName=IP:127.0.0.1`. */
export async function signCertificate(
  directory: string,
  authority: Certified,
  name: string,
  extensions: string,
): Promise<Certified> {
  const request = join(directory, `${name}.csr`);
  const extensionFile = join(directory, `${name}.ext`);
  await writeFile(extensionFile, `${extensions}\n`);
  const keyOut = join(directory, `${name}-key.pem`);
  await run('openssl', ['req', ...newKey, '-keyout', keyOut, '-out', request, '-subj', `/CN=${name}`]);
  const by = ['-CA', authority.certFile, '-CAkey', authority.keyFile, '-CAcreateserial'];
  const out = ['-out', join(directory, `${name}.pem`), '-days', '2', '-extfile', extensionFile];
  await run('openssl', ['x509', '-req', '-in', request, ...by, ...out]);
  return certified(directory, name);
}
