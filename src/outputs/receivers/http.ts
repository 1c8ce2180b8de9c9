/** Alerts to a web server with POST: each alone, as Falco does, or several as lines of one request. */

import { type Letter, type Sent, sendOneByOne, type Transport } from '../delivery/transport.ts';
import type { OutputMessage } from '../output.ts';
import { HttpClient, type HttpSettings, refusalOf, sendInHalves } from './http-client.ts';

export interface HttpReceiverSettings extends HttpSettings {
  /** Alerts in one request, at most. */
  readonly batch: number;
  /** What the alerts are: `application/json`, `text/plain`. */
  readonly contentType: string;
  /** Takes what the server answers. */
  readonly onAnswer?: (body: string) => void;
}

/** Alerts that are taken from the queue at a time where each is a request of its own. */
const TOGETHER = 50;

export class HttpReceiver implements Transport {
  readonly name: string;
  readonly batch: number;
  readonly #client: HttpClient;
  readonly #settings: HttpReceiverSettings;

  constructor(settings: HttpReceiverSettings) {
    this.#settings = settings;
    this.batch = settings.batch === 1 ? TOGETHER : settings.batch;
    this.#client = new HttpClient(settings);
    this.name = `http ${this.#client.place}`;
  }

  render({ line }: OutputMessage): string {
    return line;
  }

  send(letters: readonly Letter[], signal: AbortSignal): Promise<Sent> {
    const { batch, contentType } = this.#settings;
    if (batch === 1)
      return sendOneByOne(letters, (letter) => this.#post(letter.payload, contentType, [letter], signal));
    const type = contentType === 'application/json' ? 'application/x-ndjson' : contentType;
    return sendInHalves(letters, (some) => {
      const lines = some.map(({ payload }) => `${payload}\n`).join('');
      return this.#post(lines, type, some, signal);
    });
  }

  async #post(
    body: string,
    type: string,
    letters: readonly Letter[],
    signal: AbortSignal,
  ): Promise<string | undefined> {
    const ids = letters.map(({ id }) => id).join(',');
    const headers = { 'Content-Type': type, 'X-Lanner-Alert-Ids': ids };
    const answer = await this.#client.post('', body, headers, signal);
    this.#settings.onAnswer?.(answer.body);
    return refusalOf(answer);
  }

  reopen(): void {
    this.#client.reopen();
  }

  async close(): Promise<void> {
    this.#client.close();
  }
}
