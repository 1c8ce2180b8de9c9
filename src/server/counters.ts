/** What the console counts: what it was asked, and what it refused because of its limits. */

/** Names of the counters, with what they count; metrics and the health page tell them. */
export const COUNTED = {
  requests: 'Requests to the API of the console.',
  wrong_host: 'Requests refused since they named another host (DNS rebinding).',
  wrong_origin: 'Requests refused since another page sent them.',
  not_local: 'Requests refused since they came over the network without TLS.',
  unauthorized: 'Requests refused since they had no valid token or session.',
  wrong_tokens: 'Wrong tokens.',
  tokens_put_off: 'Tokens that were not looked at, after too many wrong ones.',
  sessions: 'Sessions that were begun with the token.',
  rate_limited: 'Requests refused since a client sent too many at once.',
  busy: 'Requests refused since too many were under way.',
  too_large: 'Requests refused since their body was too large.',
  malformed: 'Requests refused since they made no sense.',
  failures: 'Requests that failed by a fault in Lanner.',
  streams: 'Streams that were opened.',
  streams_refused: 'Streams refused since there were too many.',
  streams_cut_off: 'Streams closed since their client read too slowly.',
  connections_refused: 'Connections refused since there were too many.',
  peers_unknown: 'Connections of this machine whose user the kernel did not tell.',
} as const;

export type Counted = keyof typeof COUNTED;

export class Counters {
  readonly #counts = new Map<Counted, number>();

  count(what: Counted): void {
    this.#counts.set(what, this.of(what) + 1);
  }

  of(what: Counted): number {
    return this.#counts.get(what) ?? 0;
  }

  /** All of them, also those that are 0. */
  all(): readonly { readonly name: Counted; readonly about: string; readonly value: number }[] {
    return (Object.keys(COUNTED) as Counted[]).map((name) => ({
      name,
      about: COUNTED[name],
      value: this.of(name),
    }));
  }
}
