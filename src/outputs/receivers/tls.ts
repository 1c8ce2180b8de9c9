/** Certificates of connections to receivers. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { rootCertificates } from 'node:tls';

export interface TlsSettings {
  /** Take any certificate: for tests only, since anyone on the way can then read and change alerts. */
  readonly insecure: boolean;
  /** Files, or folders of files, with certificates of authorities; empty for those that Node brings. */
  readonly authorities: readonly string[];
  /** Our own certificate and its key, as files, for a receiver that asks who we are. */
  readonly certificate?: { readonly file: string; readonly key: string };
}

/** Options for Node's tls module. Files are read now: throws with the name of one that cannot be read. */
export function tlsOptions({ insecure, authorities, certificate }: TlsSettings) {
  const given = authorities.flatMap(readCertificates);
  return {
    rejectUnauthorized: !insecure,
    ...(given.length > 0 ? { ca: [...rootCertificates, ...given] } : {}),
    ...(certificate ? { cert: readFileSync(certificate.file), key: readFileSync(certificate.key) } : {}),
  };
}

function readCertificates(path: string): string[] {
  if (!statSync(path).isDirectory()) return [readFileSync(path, 'latin1')];
  const files = readdirSync(path, { withFileTypes: true }).filter((entry) => !entry.isDirectory());
  return files
    .map(({ name }) => readIfThere(join(path, name)))
    .filter((text) => text.includes('BEGIN CERTIFICATE'));
}

/** Folders of certificates are full of links, some of which lead nowhere. */
function readIfThere(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return '';
  }
}
