/**
 * Alerts to Elasticsearch or OpenSearch with the bulk API. Each alert is a document of its own id, made with
 * `create`: one that is sent again is answered with 409 and is there once. `create` is also what data streams ask for.
 */
import { utcTime } from '../../alerts/format.ts';
import type { Letter, Refusal, Sent, Transport } from '../delivery/transport.ts';
import type { OutputMessage } from '../output.ts';
import { HttpClient, type HttpSettings, refusalOf, sendInHalves } from './http-client.ts';

export interface ElasticsearchSettings extends HttpSettings {
  /** Index or data stream; `%Y`, `%m` and `%d` become the alert's day, UTC. */
  readonly index: string;
  readonly batch: number;
}

interface BulkItem {
  readonly status: number;
  readonly error?: { readonly type?: string; readonly reason?: string };
}

interface BulkAnswer {
  readonly errors: boolean;
  readonly items: readonly Readonly<Record<string, BulkItem>>[];
}

export class Elasticsearch implements Transport {
  readonly name: string;
  readonly batch: number;
  readonly #client: HttpClient;
  readonly #index: string;

  constructor(settings: ElasticsearchSettings) {
    this.batch = settings.batch;
    this.#index = settings.index;
    this.#client = new HttpClient(settings);
    this.name = `elasticsearch ${this.#client.place}`;
  }

  /** Two lines: what to do, and the document. */
  render({ alert, line, id }: OutputMessage): string {
    const day = utcTime(alert.time);
    const index = this.#index
      .replaceAll('%Y', day.slice(0, 4))
      .replaceAll('%m', day.slice(5, 7))
      .replaceAll('%d', day.slice(8, 10));
    return `${JSON.stringify({ create: { _index: index, _id: id } })}\n${line}\n`;
  }

  async send(letters: readonly Letter[], signal: AbortSignal): Promise<Sent> {
    const refused: Refusal[] = [];
    const again: Letter[] = [];
    const headers = { 'Content-Type': 'application/x-ndjson' };
    const whole = await sendInHalves(letters, async (some) => {
      const body = some.map(({ payload }) => payload).join('');
      const answer = await this.#client.post('/_bulk', body, headers, signal);
      const reason = refusalOf(answer);
      if (reason === undefined) sortOut(some, parseAnswer(answer.body), { refused, again });
      return reason;
    });
    return { refused: [...(whole.refused ?? []), ...refused], again };
  }

  reopen(): void {
    this.#client.reopen();
  }

  async close(): Promise<void> {
    this.#client.close();
  }
}

function parseAnswer(body: string): BulkAnswer {
  try {
    const answer = JSON.parse(body) as BulkAnswer;
    if (Array.isArray(answer.items)) return answer;
  } catch {
    // Said below.
  }
  throw new Error('the answer is not that of a bulk request: is this Elasticsearch or OpenSearch?');
}

/** A request succeeds as a whole while single documents fail; items come in the order of the request. */
function sortOut(
  letters: readonly Letter[],
  { errors, items }: BulkAnswer,
  { refused, again }: { refused: Refusal[]; again: Letter[] },
): void {
  if (!errors) return;
  for (const [index, letter] of letters.entries()) {
    const { status = 503, error } = Object.values(items[index] ?? {})[0] ?? {};
    // 409: it is there already.
    if ((status >= 200 && status < 300) || status === 409) continue;
    if (status === 429 || status >= 500) again.push(letter);
    else refused.push({ letter, reason: `${error?.type ?? `status ${status}`}: ${error?.reason ?? ''}` });
  }
}
