/** What a component shows of the server: loaded when it is first shown and when its key changes. */
import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import { ApiFailure, messageOf } from './api.ts';

export interface Resource<T> {
  /** The last one that came, while another one is loaded too. */
  readonly value: T | undefined;
  /** Why the last attempt failed. */
  readonly failure: ApiFailure | undefined;
  readonly isLoading: boolean;
  readonly reload: () => void;
}

interface State<T> {
  readonly key: string;
  readonly value: T | undefined;
  readonly failure: ApiFailure | undefined;
  readonly isLoading: boolean;
}

/** How long to wait after a failure to reach the server. */
const RETRY_MS = 5000;

/**
 * `key` names what `load` loads; a value of another key is not shown. `everyMs` loads it again and again while the
 * page is to be seen. Without a key nothing is loaded.
 */
export function useResource<T>(
  key: string | undefined,
  load: (signal: AbortSignal) => Promise<T>,
  everyMs?: number,
): Resource<T> {
  const [state, setState] = useState<State<T>>(() => nothing(key ?? ''));
  const [turn, setTurn] = useState(0);
  const latest = useRef(load);
  latest.current = load;

  useEffect(() => {
    if (key === undefined) return;
    const end = new AbortController();
    let timer = 0;
    setState((old) => (old.key === key ? { ...old, isLoading: true } : nothing(key)));
    const again = (ms: number): void => {
      timer = window.setTimeout(() => setTurn((count) => count + 1), ms);
    };
    latest
      .current(end.signal)
      .then((value) => {
        if (end.signal.aborted) return;
        setState({ key, value, failure: undefined, isLoading: false });
        if (everyMs !== undefined) again(everyMs);
      })
      .catch((error: unknown) => {
        if (end.signal.aborted) return;
        const failure = error instanceof ApiFailure ? error : new ApiFailure(0, messageOf(error));
        setState((old) => ({ ...old, failure, isLoading: false }));
        if (failure.status === 0 || failure.status === 429) again(failure.retryAfterMs ?? RETRY_MS);
      });
    return () => {
      end.abort();
      clearTimeout(timer);
    };
  }, [key, everyMs, turn]);

  const reload = useCallback(() => setTurn((count) => count + 1), []);
  const shown = state.key === key ? state : nothing<T>(key ?? '');
  return { ...shown, reload };
}

function nothing<T>(key: string): State<T> {
  return { key, value: undefined, failure: undefined, isLoading: true };
}
