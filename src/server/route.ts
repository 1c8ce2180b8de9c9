/** What the API is made of: routes, each with what answers it. The server knows nothing of what is answered. */
import type { Client } from './access.ts';
import type { Features } from './api-types.ts';

/** A request that may be answered. */
export interface ApiRequest {
  /** What stands for `*` in the route's path, decoded. */
  readonly name: string;
  readonly query: URLSearchParams;
  /** Parsed JSON; `undefined` of GET. */
  readonly body: unknown;
  readonly client: Client;
  /** Aborted when the client has gone. */
  readonly gone: AbortSignal;
}

/** JSON as text, for answers that another thread has put together. */
export class JsonText {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** Answers that come in parts, each a line of JSON. */
export class JsonLines {
  readonly lines: AsyncIterable<object>;

  constructor(lines: AsyncIterable<object>) {
    this.lines = lines;
  }
}

export interface Route {
  readonly method: 'GET' | 'POST' | 'PUT';
  /** Such as `/api/alerts/*`, where `*` stands for one part of the path. */
  readonly path: string;
  /** What must be there; its reason is told otherwise. */
  readonly needs?: keyof Features;
  /** Plain data, {@link JsonText} or {@link JsonLines}. Rejects with a Refusal; everything else is a fault. */
  readonly answer: (request: ApiRequest) => Promise<object>;
}

/** Finds routes by method and path. */
export class Routes {
  readonly #routes: readonly { readonly route: Route; readonly parts: readonly string[] }[];

  constructor(routes: readonly Route[]) {
    this.#routes = routes.map((route) => ({ route, parts: route.path.split('/') }));
  }

  /** The route of a path, the methods that the path has, and what `*` stands for. */
  find(
    method: string,
    path: string,
  ): { readonly route: Route | undefined; readonly name: string; readonly methods: readonly string[] } {
    const parts = path.split('/');
    const fitting = this.#routes.filter(
      (each) =>
        each.parts.length === parts.length &&
        each.parts.every((part, index) => part === '*' || part === parts[index]),
    );
    // A path without a star is more exact than one with.
    fitting.sort((one, other) => Number(one.parts.includes('*')) - Number(other.parts.includes('*')));
    const found = fitting.find(({ route }) => route.method === method);
    const star = (found ?? fitting[0])?.parts.indexOf('*') ?? -1;
    return {
      route: found?.route,
      name: star < 0 ? '' : (parts[star] ?? ''),
      methods: fitting.map(({ route }) => route.method),
    };
  }
}
