/** Says in an alert when the store of alerts was found damaged, or cannot be written: who looks for alerts must know. */
import type { InternalAlert } from '../alerts/alert.ts';
import { internalAlert } from '../alerts/internal.ts';
import type { OutputCounts } from './outputs.ts';

export interface StoreWatchParts {
  readonly counts: () => readonly OutputCounts[];
  readonly alert: (alert: InternalAlert) => void;
  readonly hostname: string;
  /** Milliseconds since the epoch; for tests. */
  readonly now?: () => number;
}

interface Seen {
  readonly setAside: number;
  readonly isFailing: boolean;
}

const NOTHING: Seen = { setAside: 0, isFailing: false };

export class StoreWatch {
  readonly #parts: StoreWatchParts;
  #seen: ReadonlyMap<string, Seen> = new Map();

  constructor(parts: StoreWatchParts) {
    this.#parts = parts;
  }

  /** To be called once a second. */
  look(): void {
    const next = new Map<string, Seen>();
    for (const { name, isFailing, setAside, trouble = '' } of this.#parts.counts()) {
      if (isFailing === undefined || setAside === undefined) continue;
      const before = this.#seen.get(name) ?? NOTHING;
      next.set(name, { setAside, isFailing });
      if (setAside > before.setAside || (isFailing && !before.isFailing)) this.#tell(name, trouble);
    }
    this.#seen = next;
  }

  #tell(output: string, trouble: string): void {
    const { alert, hostname, now = Date.now } = this.#parts;
    const time = BigInt(now()) * 1_000_000n;
    const reason = `${output}: ${trouble}`;
    alert(
      internalAlert({
        subject: 'alert store',
        priority: 'Critical',
        reason,
        time,
        hostname,
        fields: { output },
      }),
    );
  }
}
