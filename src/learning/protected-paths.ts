/**
 * Places of which a pattern must never take in more than was seen: what lies there is run, loaded or believed by
 * somebody else. A name there that varies from run to run is listed as it is, and told.
 */
import type { ByteString } from '../events/bytes.ts';

const PROTECTED: readonly RegExp[] = [
  /^\/(?:bin|sbin|lib\w*|boot|etc|dev|proc|sys|efi)(?:\/|$)/,
  // Sources and a user's own builds below /usr/src are no programs of the system.
  /^\/usr(?!\/src\/)(?:\/|$)/,
  /^\/opt(?:\/[^/]+)?(?:\/(?:s?bin|lib\w*)(?:\/|$)|$)/,
  /^\/var\/spool\/(?:cron|at|anacron)(?:\/|$)/,
  /^\/var\/(?:lib\/(?:dpkg|rpm|pacman|systemd)|run)(?:\/|$)/,
  // Volumes have names of their own for every pod and container.
  /^\/var\/lib\/(?:kubelet(?!\/pods\/)|docker(?!\/(?:volumes|overlay2)\/)|containerd)(?:\/|$)/,
  /^\/run\/(?:systemd|secrets|dbus)(?:\/|$)/,
  // What begins with a dot in a home: keys, and what shells run.
  /^(?:\/root|\/home\/[^/]+)\/\.[^/]+/,
  /\/\.(?:ssh|gnupg|aws|kube|docker)(?:\/|$)/,
  /\/\.git\/(?:hooks|config)/,
  /\/(?:site-packages|dist-packages|cgi-bin)(?:\/|$)/,
];

/** Folders that are everybody's: what lies right in them is not one program's business. */
const SHARED =
  /^(?:\/|\/root|\/home|\/home\/[^/]+|\/var|\/var\/(?:lib|log|cache|spool|opt|www)|\/srv|\/opt|\/mnt|\/media|\/run|\/tmp|\/var\/tmp|\/dev\/shm)$/;

export function isProtected(path: ByteString): boolean {
  return PROTECTED.some((place) => place.test(path));
}

/** Whether a pattern may take in all names of a kind in this folder, or in all folders below. */
export function mayTakeIn(folder: ByteString): boolean {
  return folder !== '' && !isProtected(`${folder}/x`) && !SHARED.test(folder);
}
