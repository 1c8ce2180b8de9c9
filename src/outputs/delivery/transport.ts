/** What carries alerts to a receiver. Queueing, keeping and trying again are the matter of `delivery.ts`. */
import type { OutputMessage } from '../output.ts';

/** What is to be delivered. It outlives this program in a spool on disk. */
export interface Letter {
  /** The same however often it is sent, so that a receiver can tell repetitions. */
  readonly id: string;
  /** What the transport has made of the alert. */
  readonly payload: string;
}

/** A letter that the receiver will never take. */
export interface Refusal {
  readonly letter: Letter;
  readonly reason: string;
}

/** What has become of a batch; letters in neither list were taken. */
export interface Sent {
  readonly refused?: readonly Refusal[];
  /** Letters to send again, since the receiver could not take them now. */
  readonly again?: readonly Letter[];
}

export interface Transport {
  /** As messages name it: `elasticsearch at https://…`. No secrets. */
  readonly name: string;
  /** Letters in one `send`, at most. */
  readonly batch: number;
  /** What is sent of a message. */
  render(message: OutputMessage): string;
  /**
   * Sends letters and ends when the receiver has confirmed them. A rejection means that nothing is known of any of
   * them, and that all should be sent again later; a `RetryLater` tells when.
   */
  send(letters: readonly Letter[], signal: AbortSignal): Promise<Sent>;
  /** Drops connections, so that the next letters use new ones (SIGUSR1). */
  reopen(): void;
  close(): Promise<void>;
}

/**
 * Sends letters to a receiver that takes one at a time; `send` gives a reason when the receiver refuses one. Where it
 * fails, the letters before are delivered, and it and those behind it are to be sent again.
 */
export async function sendOneByOne(
  letters: readonly Letter[],
  send: (letter: Letter) => Promise<string | undefined>,
): Promise<Sent> {
  const refused: Refusal[] = [];
  for (const [index, letter] of letters.entries()) {
    try {
      const reason = await send(letter);
      if (reason !== undefined) refused.push({ letter, reason });
    } catch (error) {
      if (index === 0) throw error;
      return { refused, again: letters.slice(index) };
    }
  }
  return { refused };
}

/** The receiver is there and asks for time. */
export class RetryLater extends Error {
  override readonly name = 'RetryLater';
  readonly afterMs: number;

  constructor(message: string, afterMs: number) {
    super(message);
    this.afterMs = afterMs;
  }
}
