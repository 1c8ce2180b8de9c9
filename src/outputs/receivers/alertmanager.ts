/** Alerts to Prometheus Alertmanager (API v2), which groups them, silences them and passes them on. */
import { type Alert, fieldEntries, sourceOf } from '../../alerts/alert.ts';
import { utcTime } from '../../alerts/format.ts';
import type { Letter, Sent, Transport } from '../delivery/transport.ts';
import type { OutputMessage } from '../output.ts';
import { HttpClient, type HttpSettings, refusalOf, sendInHalves } from './http-client.ts';

export interface AlertmanagerSettings extends HttpSettings {
  /** Labels that every alert gets. */
  readonly labels: ReadonlyMap<string, string>;
  /** Fields of the alert that become labels, beside rule, priority, source and host: alerts with the same labels are one. */
  readonly fields: readonly string[];
  /** Milliseconds until an alert counts as resolved. */
  readonly resolveMs: number;
  readonly batch: number;
}

export class Alertmanager implements Transport {
  readonly name: string;
  readonly batch: number;
  readonly #client: HttpClient;
  readonly #settings: AlertmanagerSettings;

  constructor(settings: AlertmanagerSettings) {
    this.#settings = settings;
    this.batch = settings.batch;
    this.#client = new HttpClient(settings);
    this.name = `alertmanager ${this.#client.place}`;
  }

  render({ alert, line, id }: OutputMessage): string {
    const { labels, fields, resolveMs } = this.#settings;
    const values = fieldTexts(alert);
    return JSON.stringify({
      labels: {
        ...Object.fromEntries(labels),
        ...Object.fromEntries(
          fields
            .filter((name) => values.has(name))
            .map((name) => [name.replaceAll(/\W/g, '_'), values.get(name)]),
        ),
        alertname: alert.rule,
        severity: alert.priority.toLowerCase(),
        source: sourceOf(alert),
        hostname: alert.hostname,
      },
      annotations: { summary: alert.rule, description: line, alert_id: id },
      startsAt: utcTime(alert.time),
      endsAt: utcTime(alert.time + BigInt(resolveMs) * 1_000_000n),
    });
  }

  send(letters: readonly Letter[], signal: AbortSignal): Promise<Sent> {
    const headers = { 'Content-Type': 'application/json' };
    return sendInHalves(letters, async (some) => {
      const body = `[${some.map(({ payload }) => payload).join(',')}]`;
      return refusalOf(await this.#client.post('/api/v2/alerts', body, headers, signal));
    });
  }

  reopen(): void {
    this.#client.reopen();
  }

  async close(): Promise<void> {
    this.#client.close();
  }
}

/** Fields with a value, as text. */
function fieldTexts(alert: Alert): Map<string, string> {
  const fields = fieldEntries(alert);
  return new Map(fields.filter(([, value]) => value !== null).map(([key, value]) => [key, String(value)]));
}
