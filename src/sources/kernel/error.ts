/** Why the kernel cannot be watched. The message is one line for people; `detail` is for `--verbose`. */
export type KernelSourceErrorCode =
  | 'NOT_PRIVILEGED'
  | 'NO_BTF'
  | 'NO_LIBBPF'
  | 'KERNEL_TOO_OLD'
  | 'NOT_SUPPORTED'
  | 'NO_PROBE'
  | 'LOAD_FAILED'
  | 'ATTACH_FAILED'
  | 'BAD_SCOPE'
  | 'BAD_OPTION';

export class KernelSourceError extends Error {
  override readonly name = 'KernelSourceError';
  readonly code: KernelSourceErrorCode;
  /** What libbpf and the verifier said. */
  readonly detail: string | undefined;

  constructor(code: KernelSourceErrorCode, message: string, detail?: string) {
    super(message);
    this.code = code;
    this.detail = detail;
  }
}
