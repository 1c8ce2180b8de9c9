/**
 * Streams of Server-Sent Events (https://html.spec.whatwg.org/multipage/server-sent-events.html): alerts as they come
 * into the store, how Lanner is, and news of the rules. What a client does not take in time ends its stream, and never
 * makes anybody wait.
 */
import type { ServerResponse } from 'node:http';
import type { HealthBrief, Missed, RulesChanged, StreamEventName } from './api-types.ts';
import type { Counters } from './counters.ts';
import { API_HEADERS } from './headers.ts';
import { Refusal } from './refusal.ts';

/** Alerts that a stream gets. */
export interface FedAlert {
  readonly id: number;
  /** As text of JSON. */
  readonly json: string;
}

/** Where the events of streams come from. */
export interface StreamSource {
  /** Throws a Refusal when the query is no filter. */
  check(query: URLSearchParams): void;
  /** The highest id of an alert. */
  last(): Promise<number>;
  /** Alerts that fit and came after the one of the id, oldest first, at most `limit`. */
  after(query: URLSearchParams, id: number, limit: number): Promise<readonly FedAlert[]>;
  /** How many fit of those after the one of the id, up to another one. */
  count(query: URLSearchParams, id: number, upTo: number): Promise<number>;
  /** `undefined` without a running engine. */
  health(): HealthBrief | undefined;
}

export interface StreamRequest {
  readonly query: URLSearchParams;
  /** Behind which alert the stream begins; `undefined` for what comes from now on. */
  readonly after: number | undefined;
  /** Whether the client may still have it. */
  readonly isAllowed: () => boolean;
  /** Whose stream it is. */
  readonly owner: string;
}

interface Stream extends StreamRequest {
  readonly response: ServerResponse;
  readonly key: string;
  last: number;
}

const LOOK_MS = 250;
const HEALTH_MS = 2000;
const COMMENT_MS = 15_000;
/** Milliseconds after which a client comes again. */
const RETRY_MS = 2000;
/** Share of the time, one in so many parts, in which new alerts are looked for: others have questions, too. */
const LOOK_SHARE = 4;
/** Alerts that a stream gets at a time; of more it is told how many there were. */
const MOST_ALERTS = 200;
/** Bytes that may wait for a client. */
const MOST_WAITING = 512 * 1024;
const MOST_STREAMS = 32;
const MOST_OF_ONE = 12;

export class EventStreams {
  readonly #source: StreamSource;
  readonly #counters: Counters;
  readonly #log: (line: string) => void;
  readonly #streams = new Set<Stream>();
  #timer: NodeJS.Timeout | undefined;
  #isLooking = false;
  #lookDue = 0;
  #healthDue = 0;
  #commentDue = 0;
  #hasFailed = false;

  constructor(source: StreamSource, counters: Counters, log: (line: string) => void) {
    this.#source = source;
    this.#counters = counters;
    this.#log = log;
  }

  /** Throws a {@link Refusal} when the query is no filter, or there are too many streams. */
  open(request: StreamRequest, response: ServerResponse): void {
    this.#source.check(request.query);
    const own = [...this.#streams].filter(({ owner }) => owner === request.owner).length;
    if (this.#streams.size >= MOST_STREAMS || own >= MOST_OF_ONE)
      throw new Refusal(429, 'too many pages have a stream of alerts open: close some', {
        retryAfterMs: 10_000,
        counted: 'streams_refused',
      });
    response.writeHead(200, {
      ...API_HEADERS,
      'Content-Type': 'text/event-stream; charset=utf-8',
      'X-Accel-Buffering': 'no',
    });
    response.write(`retry: ${RETRY_MS}\n\n`);
    const stream: Stream = {
      ...request,
      response,
      key: request.query.toString(),
      last: request.after ?? -1,
    };
    this.#streams.add(stream);
    this.#counters.count('streams');
    response.on('close', () => {
      this.#streams.delete(stream);
      if (this.#streams.size === 0) this.#stop();
    });
    // The first look tells the new stream how Lanner is.
    this.#healthDue = 0;
    this.#lookDue = 0;
    this.#timer ??= setInterval(() => void this.#look(), LOOK_MS).unref();
    void this.#look();
  }

  get size(): number {
    return this.#streams.size;
  }

  rulesChanged(news: RulesChanged): void {
    for (const stream of this.#streams) this.#send(stream, 'rules', JSON.stringify(news));
  }

  close(): void {
    for (const { response } of this.#streams) response.destroy();
    this.#stop();
  }

  #stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  async #look(): Promise<void> {
    const now = performance.now();
    for (const { response, isAllowed } of this.#streams) if (!isAllowed()) response.end();
    if (now >= this.#healthDue) this.#tellHealth(now);
    if (now >= this.#commentDue) {
      this.#commentDue = now + COMMENT_MS;
      for (const stream of this.#streams) this.#write(stream, ':\n\n');
    }
    if (this.#isLooking || now < this.#lookDue) return;
    this.#isLooking = true;
    try {
      await this.#tellAlerts(await this.#source.last());
      this.#hasFailed = false;
    } catch (error) {
      // The store may be back at the next look.
      if (!this.#hasFailed && !(error instanceof Refusal)) this.#log(`console: streams: ${String(error)}`);
      this.#hasFailed = true;
    } finally {
      this.#isLooking = false;
      const end = performance.now();
      this.#lookDue = end + (end - now) * (LOOK_SHARE - 1);
    }
  }

  #tellHealth(now: number): void {
    this.#healthDue = now + HEALTH_MS;
    const health = this.#source.health();
    if (health === undefined) return;
    const text = JSON.stringify(health);
    for (const stream of this.#streams) this.#send(stream, 'health', text);
  }

  async #tellAlerts(last: number): Promise<void> {
    const behind: Stream[] = [];
    for (const stream of this.#streams) {
      // A new stream begins here; so does one whose store has been replaced by another one.
      if (stream.last < 0 || stream.last > last) stream.last = last;
      else if (stream.last < last) behind.push(stream);
    }
    // Pages with the same filter are at the same place mostly.
    const groups = Map.groupBy(behind, ({ key, last: from }) => `${from} ${key}`);
    for (const group of groups.values()) await this.#tellGroup(group, last);
  }

  async #tellGroup(group: readonly Stream[], last: number): Promise<void> {
    const [{ query, last: from }] = group as readonly [Stream];
    const alerts = await this.#source.after(query, from, MOST_ALERTS + 1);
    // Some may have come since the last one was looked for.
    const reached = Math.max(last, alerts.at(-1)?.id ?? 0);
    if (alerts.length > MOST_ALERTS) {
      const missed: Missed = { count: await this.#source.count(query, from, reached) };
      for (const stream of group) this.#send(stream, 'missed', JSON.stringify(missed), reached);
    } else {
      const text = alerts.map(({ id, json }) => eventText('alert', json, id)).join('');
      if (text !== '') for (const stream of group) this.#write(stream, text);
    }
    for (const stream of group) stream.last = reached;
  }

  #send(stream: Stream, name: StreamEventName, data: string, id?: number): void {
    this.#write(stream, eventText(name, data, id));
  }

  /** What still waits from earlier looks counts: nobody can read while a part is being written. */
  #write({ response }: Stream, text: string): void {
    if (response.destroyed || response.writableEnded) return;
    if (response.writableLength <= MOST_WAITING) {
      response.write(text);
      return;
    }
    this.#counters.count('streams_cut_off');
    response.destroy();
  }
}

/** `data` is one line. */
function eventText(name: StreamEventName, data: string, id: number | undefined): string {
  return `event: ${name}\n${id === undefined ? '' : `id: ${id}\n`}data: ${data}\n\n`;
}
