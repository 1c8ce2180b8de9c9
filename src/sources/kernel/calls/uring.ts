/**
 * Requests of io_uring: each becomes the event of the system call that does the same. The probe lays its
 * arguments out as the system call has them, so the rows of the calls serve; struct open_how, which openat2
 * points to, is among the arguments already.
 */

/** Event by the number of the operation (IORING_OP_* of include/uapi/linux/io_uring.h). */
export const URING_OPERATIONS: ReadonlyMap<number, string> = new Map([
  [9, 'sendmsg'],
  [10, 'recvmsg'],
  [13, 'accept4'],
  [16, 'connect'],
  [18, 'openat'],
  [26, 'sendto'],
  [27, 'recvfrom'],
  [28, 'openat2'],
  [35, 'renameat2'],
  [36, 'unlinkat'],
  [37, 'mkdirat'],
  [38, 'symlinkat'],
  [39, 'linkat'],
  [45, 'socket'],
  [47, 'sendto'],
  [48, 'sendmsg'],
  [57, 'listen'],
]);

/** The extension that marks events of requests; events of system calls lack it. */
export const URING_MARK = 'io_uring';

/** Programs that note requests, by what the kernel calls the tracepoint; a kernel has one of them. */
const SUBMITTING: readonly (readonly [program: string, tracepoint: string])[] = [
  ['lanner_uring_submit_req', 'io_uring_submit_req'], // since 6.3
  ['lanner_uring_submit_sqe', 'io_uring_submit_sqe'],
];
/** Programs that see the end of a request. */
const COMPLETING = ['lanner_uring_complete', 'lanner_uring_overflow', 'lanner_uring_fail_link'];

export const URING_PROGRAMS: readonly string[] = [...SUBMITTING.map(([program]) => program), ...COMPLETING];

/**
 * The programs that suit the kernel; none when it is too old (before 6.0) or has no io_uring. Whoever has one
 * tracepoint of io_uring has the others: each look takes milliseconds.
 */
export function uringPrograms(release: string, hasTracepoint: (name: string) => boolean): readonly string[] {
  if (Number.parseInt(release, 10) < 6) return [];
  const submitting = SUBMITTING.find(([, tracepoint]) => hasTracepoint(tracepoint));
  return submitting ? [submitting[0], ...COMPLETING] : [];
}
