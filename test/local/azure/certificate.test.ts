import { X509Certificate } from 'node:crypto';
import { get } from 'node:https';
import { expect, it, onTestFinished } from 'vitest';
import { serve } from '../../../local/azure/http/serve.ts';
import { selfSignedCertificate } from '../../../local/azure/tls/self-signed-certificate.ts';
import { trustCertificate } from '../../../local/azure/tls/trust-certificate.ts';

it('is for loopback, for 30 days, and its own authority', () => {
  const at = new Date('2026-03-01T12:00:00Z');
  const certificate = new X509Certificate(selfSignedCertificate(at).certificatePem);
  expect(certificate.subjectAltName).toBe('DNS:localhost, IP Address:127.0.0.1');
  expect(certificate.ca).toBe(true);
  expect(certificate.verify(certificate.publicKey)).toBe(true);
  expect(new Date(certificate.validFrom)).toEqual(new Date('2026-02-28T12:00:00Z'));
  expect(new Date(certificate.validTo)).toEqual(new Date('2026-03-31T12:00:00Z'));
});

it('never has the same number or key twice', () => {
  const at = new Date();
  const one = new X509Certificate(selfSignedCertificate(at).certificatePem);
  const two = new X509Certificate(selfSignedCertificate(at).certificatePem);
  expect(one.serialNumber).not.toBe(two.serialNumber);
  expect(one.fingerprint256).not.toBe(two.fingerprint256);
});

it('is trusted by a running process from the moment it is told to, and no longer than that', async () => {
  const certificate = selfSignedCertificate(new Date());
  const onBug = (error: unknown): never => {
    throw error;
  };
  const server = await serve(async () => ({ status: 200 }), { port: 0, certificate, onBug });
  onTestFinished(() => server.close());
  const status = (): Promise<number | undefined> =>
    new Promise((resolve, reject) => {
      get(server.origin, { agent: false }, (response) => resolve(response.resume().statusCode)).on('error', reject);
    });
  await expect(status()).rejects.toThrow('self-signed certificate');
  const distrust = trustCertificate(certificate.certificatePem);
  expect(await status()).toBe(200);
  distrust();
  await expect(status()).rejects.toThrow('self-signed certificate');
});
