/** Capability sets as text (capabilities(7), linux/capability.h). */
import type { ByteString } from '../events/bytes.ts';

/** In the order of their bits. */
const NAMES = `
CAP_CHOWN CAP_DAC_OVERRIDE CAP_DAC_READ_SEARCH CAP_FOWNER CAP_FSETID CAP_KILL CAP_SETGID CAP_SETUID
CAP_SETPCAP CAP_LINUX_IMMUTABLE CAP_NET_BIND_SERVICE CAP_NET_BROADCAST CAP_NET_ADMIN CAP_NET_RAW
CAP_IPC_LOCK CAP_IPC_OWNER CAP_SYS_MODULE CAP_SYS_RAWIO CAP_SYS_CHROOT CAP_SYS_PTRACE CAP_SYS_PACCT
CAP_SYS_ADMIN CAP_SYS_BOOT CAP_SYS_NICE CAP_SYS_RESOURCE CAP_SYS_TIME CAP_SYS_TTY_CONFIG CAP_MKNOD
CAP_LEASE CAP_AUDIT_WRITE CAP_AUDIT_CONTROL CAP_SETFCAP CAP_MAC_OVERRIDE CAP_MAC_ADMIN CAP_SYSLOG
CAP_WAKE_ALARM CAP_BLOCK_SUSPEND CAP_AUDIT_READ CAP_PERFMON CAP_BPF CAP_CHECKPOINT_RESTORE
`
  .trim()
  .split(/\s+/);

/** Sets that were asked for last: a machine has a handful of different ones. */
const texts = new Map<bigint, ByteString>();
const MAX_TEXTS = 256;

/** Names of the capabilities in `set`, joined by blanks, in the order of their bits. */
export function capabilitiesText(set: bigint): ByteString {
  let text = texts.get(set);
  if (text === undefined) {
    text = NAMES.filter((_, bit) => ((set >> BigInt(bit)) & 1n) === 1n).join(' ');
    if (texts.size >= MAX_TEXTS) texts.clear();
    texts.set(set, text);
  }
  return text;
}
