/** A capture that cannot be read (any further). The message is one line for people and names the file. */
export class CaptureError extends Error {
  override readonly name = 'CaptureError';
  /** Where reading stopped: bytes into the capture, after decompression; undefined where it makes no sense. */
  readonly offset: number | undefined;

  constructor(message: string, offset?: number, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.offset = offset;
  }
}

/** Something in the bytes that cannot be: thrown by the decoders, turned into a CaptureError with file and offset. */
export class Damage extends Error {
  override readonly name = 'Damage';
}
