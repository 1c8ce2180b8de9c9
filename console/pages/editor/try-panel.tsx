/** Runs rules or a condition against a recording, and shows what matches while it goes on. */
import { useEffect, useRef, useState } from 'preact/hooks';
import type { Recordings, TryNews, TryRequest } from '../../../src/server/api-types.ts';
import { getJson, messageOf, sendForLines } from '../../data/api.ts';
import { useResource } from '../../data/resource.ts';
import { features } from '../../data/session.ts';
import { Loaded } from '../../shell/notices.tsx';
import { bytesText, counted, wholeText } from '../../text/number.ts';
import { Priority } from '../../text/priority.tsx';
import { Time } from '../../text/time.tsx';
import { Untrusted } from '../../text/untrusted.tsx';
import { draft } from './draft.ts';

type Match = Extract<TryNews, { readonly kind: 'match' }>;

interface Outcome {
  readonly isRunning: boolean;
  readonly progress: number;
  readonly events: number;
  readonly count: number;
  readonly matches: readonly Match[];
  readonly text: string;
  /** Why nothing matched. */
  readonly why: readonly string[];
  readonly failure: string;
}

const NOTHING: Outcome = {
  isRunning: false,
  progress: 0,
  events: 0,
  count: 0,
  matches: [],
  text: '',
  why: [],
  failure: '',
};

export function TryPanel({ rule }: { readonly rule: string }) {
  const feature = features.value?.recordings;
  return (
    <section class="panel" aria-label="Try against a recording" id="try">
      <h2>Try against a recording</h2>
      {feature?.available === false ? <p class="muted">{feature.reason}</p> : <Try rule={rule} />}
    </section>
  );
}

function Try({ rule }: { readonly rule: string }) {
  const resource = useResource('recordings', (signal) => getJson<Recordings>('/api/recordings', {}, signal));
  const [what, setWhat] = useState(rule === '' ? 'condition' : 'rule');
  const [outcome, setOutcome] = useState<Outcome>(NOTHING);
  const end = useRef<AbortController | undefined>(undefined);
  useEffect(() => () => end.current?.abort(), []);
  const run = async (request: TryRequest): Promise<void> => {
    end.current?.abort();
    const stop = new AbortController();
    end.current = stop;
    let state: Outcome = { ...NOTHING, isRunning: true };
    setOutcome(state);
    try {
      for await (const news of sendForLines<TryNews>('/api/try', request, stop.signal)) {
        state = after(state, news);
        setOutcome(state);
      }
    } catch (error) {
      if (stop.signal.aborted) state = { ...state, text: 'Stopped.' };
      else state = { ...state, failure: [messageOf(error), ...problemLines(error)].join('\n') };
    }
    setOutcome({ ...state, isRunning: false });
  };
  return (
    <Loaded resource={resource}>
      {({ folder, recordings, others }) =>
        recordings.length === 0 ? (
          <p class="muted">
            There are no recordings in {folder}. <code>lanner record -o {folder}/NAME.scap -- COMMAND</code>{' '}
            makes one.
          </p>
        ) : (
          <>
            <form
              class="try-form"
              onSubmit={(event) => {
                event.preventDefault();
                const data = new FormData(event.currentTarget);
                void run(requestOf(what, (name) => String(data.get(name) ?? '').trim()));
              }}
            >
              <label>
                Recording{' '}
                <select name="recording">
                  {recordings.map(({ name, bytes }) => (
                    <option key={name} value={name}>
                      {`${name} (${bytesText(bytes)})`}
                    </option>
                  ))}
                </select>
              </label>
              {others > 0 && <span class="muted">{others} older ones are not listed</span>}
              <label>
                What{' '}
                <select value={what} onChange={({ currentTarget }) => setWhat(currentTarget.value)}>
                  <option value="condition">a condition</option>
                  <option value="rule">one rule, with the text above</option>
                  <option value="text">all rules of the text above</option>
                </select>
              </label>
              {what === 'condition' && (
                <label class="wide">
                  Condition{' '}
                  <input
                    name="condition"
                    required
                    spellcheck={false}
                    placeholder="evt.type = execve and proc.name = curl"
                  />
                </label>
              )}
              {what === 'rule' && (
                <label class="wide">
                  Rule <input name="rule" required defaultValue={rule} spellcheck={false} />
                </label>
              )}
              <span class="actions">
                <button type="submit" disabled={outcome.isRunning}>
                  Try
                </button>
                {outcome.isRunning && (
                  <button type="button" onClick={() => end.current?.abort()}>
                    Stop
                  </button>
                )}
              </span>
            </form>
            <Result outcome={outcome} />
          </>
        )
      }
    </Loaded>
  );
}

function requestOf(what: string, value: (name: string) => string): TryRequest {
  const recording = value('recording');
  if (what === 'condition') return { recording, condition: value('condition') };
  if (what === 'rule') return { recording, text: draft.value, rule: value('rule') };
  return { recording, text: draft.value };
}

function problemLines(error: unknown): readonly string[] {
  const { problems = [] } = error as {
    readonly problems?: readonly { line: number; column: number; message: string }[];
  };
  return problems.map(({ line, column, message }) => `${line}:${column} ${message}`);
}

function after(state: Outcome, news: TryNews): Outcome {
  switch (news.kind) {
    case 'progress':
      return { ...state, progress: news.share, events: news.events, count: news.matches };
    case 'match':
      return {
        ...state,
        matches: [...state.matches, news],
        count: Math.max(state.count, state.matches.length + 1),
      };
    case 'done': {
      const limit = news.limit === null ? '' : ` Ended by its limit of ${news.limit}.`;
      const text = `${wholeText(news.matches)} of ${counted(news.events, 'event')} matched, in ${wholeText(news.milliseconds)} ms.${limit}`;
      return { ...state, progress: 1, events: news.events, count: news.matches, text, why: news.why };
    }
    case 'failed':
      return { ...state, failure: news.message };
  }
}

function Result({ outcome }: { readonly outcome: Outcome }) {
  const { isRunning, progress, events, count, matches, text, why, failure } = outcome;
  return (
    <>
      {isRunning && (
        <p>
          <progress max={1} value={progress} aria-label="Progress" /> {counted(events, 'event')},{' '}
          {counted(count, 'match', 'matches')}
        </p>
      )}
      <p role="status">{text}</p>
      {why.length > 0 && (
        <ul class="plain muted">
          {why.map((line) => (
            <li key={line}>
              <Untrusted text={line} />
            </li>
          ))}
        </ul>
      )}
      {failure !== '' && (
        <p role="alert" class="problem lines">
          <Untrusted text={failure.replaceAll('\n', ' · ')} />
        </p>
      )}
      {matches.length > 0 && (
        <ol class="try-matches">
          {matches.map((match, index) => (
            // The same may match twice.
            <li key={`${match.time} ${index}`}>
              <Time time={match.time} as="exact" /> <Priority priority={match.priority} />{' '}
              <strong>
                <Untrusted text={match.rule} />
              </strong>{' '}
              <Untrusted text={match.message} />
            </li>
          ))}
        </ol>
      )}
    </>
  );
}
