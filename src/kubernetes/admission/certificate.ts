/**
 * Makes an authority and a certificate that it signs, for servers that have none: X.509 (RFC 5280) with keys on the
 * curve P-256. Node can read certificates, and not make them.
 */
import { createHash, createSign, generateKeyPairSync, type KeyObject, randomBytes } from 'node:crypto';
import { isIP } from 'node:net';
import { parseIp } from '../../system/ip.ts';

export interface MadeCertificates {
  /** All as PEM. */
  readonly authority: string;
  readonly certificate: string;
  readonly key: string;
}

export interface CertificateWish {
  /** Names and addresses by which the server is called; the first is its common name. */
  readonly names: readonly string[];
  readonly days: number;
  readonly now?: Date;
}

const DAY_MS = 86_400_000;
/** Clocks of other machines may be behind. */
const SKEW_MS = 3_600_000;

/** The key of the authority is thrown away: what it has signed is this one certificate. */
export function makeCertificates({ names, days, now = new Date() }: CertificateWish): MadeCertificates {
  const validity = { from: new Date(now.getTime() - SKEW_MS), to: new Date(now.getTime() + days * DAY_MS) };
  const issuer = newKeys();
  const server = newKeys();
  const authorityName = `lanner ${randomBytes(4).toString('hex')}`;
  const authority = certificate(
    { subject: authorityName, issuer: authorityName, validity, key: issuer.publicKey },
    issuer.privateKey,
    [
      extension(OID.basicConstraints, true, sequence(boolean(true))),
      extension(OID.keyUsage, true, bits(0b0000_0110, 1)),
      extension(OID.subjectKeyId, false, octets(keyId(issuer.publicKey))),
    ],
  );
  const own = certificate(
    { subject: (names[0] ?? '').slice(0, 64), issuer: authorityName, validity, key: server.publicKey },
    issuer.privateKey,
    [
      extension(OID.basicConstraints, true, sequence()),
      extension(OID.keyUsage, true, bits(0b1000_0000, 7)),
      extension(OID.extendedKeyUsage, false, sequence(oid(OID.serverAuth), oid(OID.clientAuth))),
      extension(OID.subjectAltName, false, sequence(...names.map(alternativeName))),
      extension(OID.subjectKeyId, false, octets(keyId(server.publicKey))),
      extension(OID.authorityKeyId, false, sequence(tagged(0x80, keyId(issuer.publicKey)))),
    ],
  );
  const key = server.privateKey.export({ type: 'pkcs8', format: 'pem' }) as string;
  return { authority: pem(authority), certificate: pem(own), key };
}

interface Subject {
  readonly subject: string;
  readonly issuer: string;
  readonly validity: { readonly from: Date; readonly to: Date };
  readonly key: KeyObject;
}

const OID = {
  commonName: '2.5.4.3',
  subjectKeyId: '2.5.29.14',
  keyUsage: '2.5.29.15',
  subjectAltName: '2.5.29.17',
  basicConstraints: '2.5.29.19',
  authorityKeyId: '2.5.29.35',
  extendedKeyUsage: '2.5.29.37',
  serverAuth: '1.3.6.1.5.5.7.3.1',
  clientAuth: '1.3.6.1.5.5.7.3.2',
  ecdsaWithSha256: '1.2.840.10045.4.3.2',
} as const;

function newKeys(): { readonly publicKey: KeyObject; readonly privateKey: KeyObject } {
  return generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
}

function certificate(
  { subject, issuer, validity, key }: Subject,
  signer: KeyObject,
  extensions: readonly Buffer[],
): Buffer {
  const algorithm = sequence(oid(OID.ecdsaWithSha256));
  const signed = sequence(
    tagged(0xa0, integer(Buffer.from([2]))),
    integer(randomBytes(16)),
    algorithm,
    name(issuer),
    sequence(time(validity.from), time(validity.to)),
    name(subject),
    key.export({ type: 'spki', format: 'der' }),
    tagged(0xa3, sequence(...extensions)),
  );
  const signature = createSign('sha256').update(signed).sign(signer);
  return sequence(signed, algorithm, tagged(0x03, Buffer.from([0]), signature));
}

function keyId(key: KeyObject): Buffer {
  return createHash('sha1')
    .update(key.export({ type: 'spki', format: 'der' }))
    .digest();
}

function alternativeName(text: string): Buffer {
  if (isIP(text) !== 0) return tagged(0x87, Buffer.from(parseIp(text) ?? '', 'latin1'));
  return tagged(0x82, Buffer.from(text, 'ascii'));
}

function name(text: string): Buffer {
  const attribute = sequence(oid(OID.commonName), tagged(0x0c, Buffer.from(text, 'utf8')));
  return sequence(tagged(0x31, attribute));
}

function extension(id: string, isCritical: boolean, value: Buffer): Buffer {
  return sequence(oid(id), ...(isCritical ? [boolean(true)] : []), octets(value));
}

/** A value with its tag and length: DER. */
function tagged(tag: number, ...contents: readonly Buffer[]): Buffer {
  const content = Buffer.concat(contents);
  const { length } = content;
  const sizes =
    length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...sizes]), content]);
}

function sequence(...contents: readonly Buffer[]): Buffer {
  return tagged(0x30, ...contents);
}

function octets(content: Buffer): Buffer {
  return tagged(0x04, content);
}

function boolean(value: boolean): Buffer {
  return tagged(0x01, Buffer.from([value ? 0xff : 0]));
}

function bits(flags: number, unused: number): Buffer {
  return tagged(0x03, Buffer.from([unused, flags]));
}

/** A positive number: its first bit is 0, and no byte is needless. */
function integer(bytes: Buffer): Buffer {
  const positive = Buffer.from(bytes);
  positive[0] = (positive[0] as number) & 0x7f || 0x01;
  return tagged(0x02, positive);
}

function oid(text: string): Buffer {
  const [first = 0, second = 0, ...rest] = text.split('.').map(Number);
  const bytes = [first * 40 + second];
  for (const part of rest) {
    const groups = [part & 0x7f];
    for (let left = part >> 7; left > 0; left >>= 7) groups.unshift((left & 0x7f) | 0x80);
    bytes.push(...groups);
  }
  return tagged(0x06, Buffer.from(bytes));
}

/** Of two digits for the year until 2049, of four from then on. */
function time(date: Date): Buffer {
  const digits = date.toISOString().replace(/[-:T]/g, '').replace(/\..*/, 'Z');
  return date.getUTCFullYear() < 2050
    ? tagged(0x17, Buffer.from(digits.slice(2)))
    : tagged(0x18, Buffer.from(digits));
}

function pem(der: Buffer): string {
  const lines = der.toString('base64').match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`;
}
