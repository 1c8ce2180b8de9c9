/** Alerts as messages of a chat: Slack's incoming webhooks, which Mattermost, Rocket.Chat and Discord (/slack) take too. */
import { type Letter, type Sent, sendOneByOne, type Transport } from '../delivery/transport.ts';
import type { OutputMessage } from '../output.ts';
import { HttpClient, type HttpSettings, refusalOf } from './http-client.ts';

/** Characters of a message; more are cut off by the service. */
const TEXT_LIMIT = 3000;

/** Messages that are taken from the queue at a time; each is a request of its own. */
const BATCH = 10;

const COLOURS: Readonly<Record<string, string>> = {
  Emergency: '#8b0000',
  Alert: '#b22222',
  Critical: '#d32f2f',
  Error: '#e64a19',
  Warning: '#f9a825',
  Notice: '#1976d2',
  Informational: '#607d8b',
  Debug: '#9e9e9e',
};

export class Slack implements Transport {
  readonly name: string;
  readonly batch = BATCH;
  readonly #client: HttpClient;

  constructor(settings: HttpSettings) {
    this.#client = new HttpClient(settings);
    // The path of such an address is a secret.
    this.name = `slack ${new URL(this.#client.place).origin}`;
  }

  render({ alert, line }: OutputMessage): string {
    const { rule, priority, hostname } = alert;
    const text = escapeMarkup(line).slice(0, TEXT_LIMIT);
    return JSON.stringify({
      text: `${priority}: ${escapeMarkup(rule)} on ${escapeMarkup(hostname)}`,
      attachments: [{ color: COLOURS[priority], text }],
    });
  }

  send(letters: readonly Letter[], signal: AbortSignal): Promise<Sent> {
    const headers = { 'Content-Type': 'application/json' };
    return sendOneByOne(letters, async ({ payload }) =>
      refusalOf(await this.#client.post('', payload, headers, signal)),
    );
  }

  reopen(): void {
    this.#client.reopen();
  }

  async close(): Promise<void> {
    this.#client.close();
  }
}

/** The three characters of Slack's markup, so that a file name can neither mention people nor make links. */
function escapeMarkup(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
