/** What a channel for alerts is. One file per channel; each keeps the order of what it is given. */
import type { Alert } from '../alerts/alert.ts';

/** An alert together with the line that people or programs read. */
export interface OutputMessage {
  readonly alert: Alert;
  /** In the format that the output asks for, without a newline. */
  readonly line: string;
  /** Stands for the alert wherever it is sent, however often. */
  readonly id: string;
}

export interface Output {
  /** As messages name it: `stdout`, `file alerts.log`. */
  readonly name: string;
  /** Takes a message and returns at once. When the channel cannot keep up, the message is dropped and counted. */
  write(message: OutputMessage): void;
  /** Drops the newest of what waits in memory, and counts it, until no more than these bytes are left of what can be. */
  shed?(bytes: number): void;
  /** Opens files and connections anew (SIGUSR1), so that a file that was moved away is left alone. */
  reopen(): void;
  /** Bytes that wait to be written. */
  readonly waiting: number;
  /** The same in messages: those in memory that are neither written, nor on disk, nor delivered. */
  readonly queued: number;
  /** Ends when everything that waits has been written or dropped. */
  flush(): Promise<void>;
  /** Writes what waits, then releases what the output holds. Idempotent. */
  close(): Promise<void>;
  readonly statistics: OutputStatistics;
  /** Batches that were sent again; of outputs that send again. */
  readonly retries?: number;
  /** Messages that were written and removed again, to keep within bounds of age and size; of the store. */
  readonly removed?: number;
  /** What is wrong with its file, or was in this run, in words for people; `undefined` when nothing is; of the store. */
  readonly trouble?: string | undefined;
  /** Whether the last try to write has failed, and files that were found damaged and moved aside; of the store. */
  readonly isFailing?: boolean;
  readonly setAside?: number;
  /** Messages that wait to be delivered, in memory and on disk; of the same. */
  readonly undelivered?: number;
}

/** Counts since the start, in messages. */
export interface OutputStatistics {
  readonly written: number;
  /** Not written, since too much waited or the channel failed. */
  readonly dropped: number;
}

/** Told when a channel fails that had worked before: what was to be written is lost, and counted. */
export type OutputFailure = (output: Output, error: NodeJS.ErrnoException) => void;
