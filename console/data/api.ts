/** Asks the server. Every failure is an {@link ApiFailure} with one line for people. */
import type { ApiError, RuleProblem } from '../../src/server/api-types.ts';

/** Status 0: the server could not be reached. */
export class ApiFailure extends Error {
  readonly status: number;
  readonly problems: readonly RuleProblem[];
  readonly retryAfterMs: number | undefined;

  constructor(status: number, message: string, error?: Partial<ApiError['error']>) {
    super(message);
    this.status = status;
    this.problems = error?.problems ?? [];
    this.retryAfterMs = error?.retryAfterMs;
  }
}

export type Query = Readonly<Record<string, string | number | readonly string[] | undefined>>;

/** Called when an answer says that the token is needed. */
let onSignedOut: () => void = () => {};

export function whenSignedOut(action: () => void): void {
  onSignedOut = action;
}

/** Path and query; what is `undefined` or empty is left out. */
export function withQuery(path: string, query: Query): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    const values = Array.isArray(value) ? value : [value];
    for (const one of values) if (one !== undefined && one !== '') parameters.append(name, String(one));
  }
  const text = parameters.toString();
  return text === '' ? path : `${path}?${text}`;
}

export async function getJson<T>(path: string, query: Query = {}, signal?: AbortSignal): Promise<T> {
  const response = await request(withQuery(path, query), signal === undefined ? {} : { signal });
  return parse<T>(response);
}

export async function sendJson<T>(
  method: 'POST' | 'PUT' | 'DELETE',
  path: string,
  body?: object,
  signal?: AbortSignal,
): Promise<T> {
  return parse<T>(await send(method, path, body, signal));
}

/** Lines of JSON as they come. */
export async function* sendForLines<T>(path: string, body: object, signal: AbortSignal): AsyncGenerator<T> {
  const { body: stream } = await send('POST', path, body, signal);
  if (stream === null) return;
  const reader = stream.getReader();
  const decoder = new TextDecoder();
  let rest = '';
  for (;;) {
    const { done, value } = await reader.read();
    rest += done ? '\n' : decoder.decode(value, { stream: true });
    const lines = rest.split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) if (line.trim() !== '') yield JSON.parse(line) as T;
    if (done) return;
  }
}

function send(method: string, path: string, body?: object, signal?: AbortSignal): Promise<Response> {
  return request(path, {
    method,
    headers: { 'Content-Type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    ...(signal === undefined ? {} : { signal }),
  });
}

async function request(path: string, options: RequestInit): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(path, { ...options, credentials: 'same-origin', cache: 'no-store' });
  } catch (error) {
    if (options.signal?.aborted) throw error;
    throw new ApiFailure(0, 'Lanner cannot be reached.');
  }
  if (response.ok) return response;
  if (response.status === 401) onSignedOut();
  const { error } = ((await response.json().catch(() => undefined)) ?? {}) as Partial<ApiError>;
  throw new ApiFailure(response.status, error?.message ?? `The server answered ${response.status}.`, error);
}

async function parse<T>(response: Response): Promise<T> {
  try {
    return (await response.json()) as T;
  } catch {
    throw new ApiFailure(response.status, 'The answer of the server was cut off.');
  }
}

/** The line that people read of anything that was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
