import { getCACertificates, setDefaultCACertificates } from 'node:tls';

/**
 * Makes this process trust the stand-in. A child process trusts it by NODE_EXTRA_CA_CERTS, which Node reads only at its
 * start; a process that is already running (a test, `npm start` itself) needs this instead. Returns what undoes it.
 */
export function trustCertificate(certificatePem: string): () => void {
  const before = getCACertificates('default');
  setDefaultCACertificates([...before, certificatePem]);
  return () => setDefaultCACertificates(before);
}
