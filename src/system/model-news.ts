/** What the model learns from elsewhere than events, for those who write it down. */
import type { ByteString } from '../events/bytes.ts';
import type { OtherName } from './other-names.ts';
import type { Process } from './process.ts';

export interface NewsObserver {
  /** /proc has told of this process; the model has taken it up. */
  looked(process: Process): void;
  /** It is not there any more, as /proc says. */
  gone(tid: number): void;
  /** The file of the event at work has these other names, which were looked for in the file system. */
  named(names: readonly OtherName[]): void;
  /** These hosts have the address, of those that rules ask for; mostly none. */
  resolved(ip: ByteString, names: readonly ByteString[]): void;
}

/** Tells all observers; mostly there are none. */
export class ModelNews implements NewsObserver {
  readonly observers = new Set<NewsObserver>();

  looked(process: Process): void {
    for (const observer of this.observers) observer.looked(process);
  }

  gone(tid: number): void {
    for (const observer of this.observers) observer.gone(tid);
  }

  named(names: readonly OtherName[]): void {
    for (const observer of this.observers) observer.named(names);
  }

  resolved(ip: ByteString, names: readonly ByteString[]): void {
    for (const observer of this.observers) observer.resolved(ip, names);
  }
}
