/** Parsing of passwd(5) and group(5). Lines that make no sense are skipped, as the C library does. */
import type { ByteString } from '../events/bytes.ts';
import type { User } from './users.ts';

/** Users by uid; where several share one, the first counts. */
export function parsePasswd(text: ByteString): Map<number, User> {
  const users = new Map<number, User>();
  for (const line of text.split('\n')) {
    const [name, , uidText, gidText, , home = '', shell = ''] = line.split(':');
    const uid = parseId(uidText);
    const gid = parseId(gidText);
    if (!name || uid === undefined || gid === undefined || users.has(uid)) continue;
    users.set(uid, { uid, gid, name, home, shell });
  }
  return users;
}

/** Names of groups by gid. */
export function parseGroup(text: ByteString): Map<number, ByteString> {
  const groups = new Map<number, ByteString>();
  for (const line of text.split('\n')) {
    const [name, , gidText] = line.split(':');
    const gid = parseId(gidText);
    if (name && gid !== undefined && !groups.has(gid)) groups.set(gid, name);
  }
  return groups;
}

function parseId(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,10}$/.test(text) ? Number(text) : undefined;
}
