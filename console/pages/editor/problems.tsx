import type { RuleProblem } from '../../../src/server/api-types.ts';
import { Untrusted } from '../../text/untrusted.tsx';

interface Props {
  readonly problems: readonly RuleProblem[];
  readonly onGo: (problem: RuleProblem) => void;
}

/** What `lanner check` would say; those of the edited text lead to their places. */
export function Problems({ problems, onGo }: Props) {
  if (problems.length === 0) return null;
  return (
    <section aria-label="Problems">
      <ul class="problems">
        {problems.map((problem) => {
          const { severity, code, message, file, line, column, isOwn, suggestion } = problem;
          return (
            <li key={`${file} ${line} ${column} ${code} ${message}`} class={severity}>
              <span class="severity">{severity}</span>
              {isOwn ? (
                <button type="button" class="quiet place" onClick={() => onGo(problem)}>
                  {line}:{column}
                </button>
              ) : (
                <span class="place">{`${file}:${line}:${column}`}</span>
              )}
              <span>
                <Untrusted text={message} />
                {suggestion !== undefined && (
                  <>
                    {'. Did you mean '}
                    <code>
                      <Untrusted text={suggestion} />
                    </code>
                    ?
                  </>
                )}
              </span>
              <span class="muted">{code}</span>
            </li>
          );
        })}
      </ul>
    </section>
  );
}
