/** HTTP over a Unix socket, as Docker and Podman serve their APIs. */
import { once } from 'node:events';
import { Agent, type IncomingMessage, request } from 'node:http';
import { ANSWER_LIMIT, ANSWER_TIMEOUT_MS } from './client.ts';
import { Json } from './json.ts';

/** Requests to one engine at a time; others wait. */
const CONNECTIONS = 16;

export class HttpSocket {
  readonly #path: string;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });

  constructor(path: string) {
    this.#path = path;
  }

  /** The JSON at `target`; `undefined` when there is none (404). Rejects for other answers and failures. */
  async get(target: string): Promise<Json | undefined> {
    const asking = request({
      socketPath: this.#path,
      path: target,
      agent: this.#agent,
      // The engines serve one host and do not look at its name.
      headers: { Host: 'localhost', Accept: 'application/json' },
      signal: AbortSignal.timeout(ANSWER_TIMEOUT_MS),
    });
    asking.end();
    const [answer] = (await once(asking, 'response')) as [IncomingMessage];
    const body = await bodyOf(answer);
    if (answer.statusCode === 404) return undefined;
    if (answer.statusCode !== 200) throw new Error(`answered with HTTP status ${answer.statusCode}`);
    return Json.parse(body);
  }

  close(): void {
    this.#agent.destroy();
  }
}

async function bodyOf(answer: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > ANSWER_LIMIT) throw new Error(`answered with more than ${ANSWER_LIMIT} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
