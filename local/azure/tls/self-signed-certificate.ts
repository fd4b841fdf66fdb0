import { generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';
import {
  bitString,
  element,
  explicit,
  integer,
  objectId,
  octetString,
  sequence,
  set,
  text,
  utcTime,
  yes,
} from './der.ts';

const ECDSA_WITH_SHA256 = '1.2.840.10045.4.3.2';
const COMMON_NAME = '2.5.4.3';
const BASIC_CONSTRAINTS = '2.5.29.19';
const SUBJECT_ALT_NAME = '2.5.29.17';
const DAY_MS = 24 * 60 * 60 * 1000;

export interface Certificate {
  readonly certificatePem: string;
  readonly keyPem: string;
}

/**
 * A certificate for `localhost` and 127.0.0.1, valid for 30 days from a day before `at`. Its own authority, so trusting
 * it trusts nothing else; the key exists only in the memory of whoever asked.
 */
export function selfSignedCertificate(at: Date): Certificate {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const body = tbsCertificate(publicKey, at);
  const signature = sign('sha256', body, privateKey);
  const whole = sequence(body, sequence(objectId(ECDSA_WITH_SHA256)), bitString(signature));
  return { certificatePem: pem(whole), keyPem: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString() };
}

function tbsCertificate(publicKey: KeyObject, at: Date): Buffer {
  const name = sequence(set(sequence(objectId(COMMON_NAME), text('Berth local Azure stand-in'))));
  return sequence(
    explicit(0, integer(Buffer.from([2]))),
    integer(Buffer.concat([Buffer.from([1]), randomBytes(15)])),
    sequence(objectId(ECDSA_WITH_SHA256)),
    name,
    sequence(utcTime(new Date(at.getTime() - DAY_MS)), utcTime(new Date(at.getTime() + 30 * DAY_MS))),
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
    explicit(3, sequence(authority(), loopbackNames())),
  );
}

const authority = (): Buffer => sequence(objectId(BASIC_CONSTRAINTS), yes(), octetString(sequence(yes())));

function loopbackNames(): Buffer {
  const dns = element(0x82, Buffer.from('localhost', 'ascii'));
  const ip = element(0x87, Buffer.from([127, 0, 0, 1]));
  return sequence(objectId(SUBJECT_ALT_NAME), octetString(sequence(dns, ip)));
}

function pem(content: Buffer): string {
  const lines = content.toString('base64').match(/.{1,64}/g) ?? [];
  return ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----', ''].join('\n');
}
