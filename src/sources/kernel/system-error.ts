/** Error numbers of the kernel, and those that libbpf adds from 4000 on (enum libbpf_errno in its libbpf.h). */
import koffi from 'koffi';

const LIBBPF_ERRNO_START = 4000;

/** In the order of the enumeration. */
const LIBBPF_ERRORS = [
  'the file cannot be read as an ELF object',
  'the file is not a valid BPF object',
  'the version section is missing or wrong',
  'the object was built for the other byte order',
  'an internal error of libbpf',
  'an access to a kernel type could not be adapted to this kernel',
  'the kernel gave no reason',
  'the verifier rejected a program',
  'a program is too large',
  'the object is for another kernel version',
  'this kernel does not have the type of a program',
  'a netlink message came from another process',
  'a netlink message is out of order',
  'a netlink message cannot be read',
] as const;

/** An error number for people: the kernel's name of it, or what libbpf means. */
export function errorText(errno: number): string {
  const ofLibbpf = LIBBPF_ERRORS[errno - LIBBPF_ERRNO_START];
  if (ofLibbpf !== undefined) return ofLibbpf;
  return Object.entries(koffi.os.errno).find(([, value]) => value === errno)?.[0] ?? `errno ${errno}`;
}

/** A failed call: which function, and the errno. */
export class SystemError extends Error {
  readonly errno: number;

  constructor(call: string, errno: number) {
    super(`${call}: ${errorText(errno)}`);
    this.errno = errno;
  }
}
