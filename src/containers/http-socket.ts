/** HTTP over a Unix socket, as Docker and Podman serve their APIs. */
import { once } from 'node:events';
import { Agent, type ClientRequest, type IncomingMessage, request } from 'node:http';
import { ANSWER_LIMIT, ANSWER_TIMEOUT_MS } from './client.ts';
import { Json } from './json.ts';

/** Requests to one engine at a time; others wait. */
const CONNECTIONS = 16;

/** The engines serve one host and do not look at its name. */
const HEADERS = { Host: 'localhost', Accept: 'application/json' };

export class HttpSocket {
  readonly #path: string;
  readonly #limitMs: number;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });
  #following: ClientRequest | undefined;

  /** `limitMs`: how long an answer may take. */
  constructor(path: string, limitMs = ANSWER_TIMEOUT_MS) {
    this.#path = path;
    this.#limitMs = limitMs;
  }

  /** The JSON at `target`; `undefined` when there is none (404). Rejects for other answers and failures. */
  async get(target: string): Promise<Json | undefined> {
    const signal = AbortSignal.timeout(this.#limitMs);
    try {
      return await this.#ask(target, signal);
    } catch (error) {
      // What Node says of it is that something was aborted.
      throw signal.aborted ? new Error(`no answer within ${this.#limitMs / 1000} s`) : error;
    }
  }

  async #ask(target: string, signal: AbortSignal): Promise<Json | undefined> {
    const asking = request({
      ...{ socketPath: this.#path, path: target, agent: this.#agent },
      ...{ headers: HEADERS, signal },
    });
    const answer = await answerTo(asking);
    const body = await bodyOf(answer);
    if (answer.statusCode === 404) return undefined;
    if (answer.statusCode !== 200) throw new Error(`answered with HTTP status ${answer.statusCode}`);
    return Json.parse(body);
  }

  /** Takes one JSON after the other from a stream at `target`, until the engine ends it or it fails. */
  async follow(target: string, take: (json: Json) => void): Promise<void> {
    const asking = request({ socketPath: this.#path, path: target, agent: false, headers: HEADERS });
    this.#following = asking;
    const answer = await answerTo(asking);
    if (answer.statusCode !== 200) {
      asking.destroy();
      throw new Error(`answered with HTTP status ${answer.statusCode}`);
    }
    answer.setEncoding('utf8');
    let rest = '';
    for await (const chunk of answer as AsyncIterable<string>) {
      const lines = (rest + chunk).split('\n');
      rest = lines.pop() ?? '';
      if (rest.length > ANSWER_LIMIT)
        throw new Error(`answered with a line of more than ${ANSWER_LIMIT} bytes`);
      for (const line of lines) take(Json.parse(line));
    }
  }

  close(): void {
    this.#following?.destroy();
    this.#agent.destroy();
  }
}

/** Sends the request; the head of the answer. What fails while the body is read, the body tells. */
async function answerTo(asking: ClientRequest): Promise<IncomingMessage> {
  asking.on('error', () => {});
  asking.end();
  const [answer] = (await once(asking, 'response')) as [IncomingMessage];
  return answer;
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
