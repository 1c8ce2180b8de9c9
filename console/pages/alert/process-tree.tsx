import type { AlertEvidence, EvidenceContainer, EvidenceProcess } from '../../../src/server/api-types.ts';
import { Time } from '../../text/time.tsx';
import { Untrusted } from '../../text/untrusted.tsx';

/** From the oldest ancestor down to the process of the event. */
export function ProcessTree({ evidence }: { readonly evidence: AlertEvidence }) {
  const { processes, processesReason, containers, audit = [], isCut } = evidence;
  return (
    <>
      {processes.length > 0 && (
        <ol class="process-tree">
          {processes.toReversed().map((process, depth) => (
            <Process
              key={process.pid}
              process={process}
              depth={depth}
              isLast={depth === processes.length - 1}
              entersContainer={
                process.container !== null &&
                process.container !== processes[processes.length - depth]?.container
              }
            />
          ))}
        </ol>
      )}
      {audit.length > 0 && (
        <dl class="facts">
          {audit.map(({ name, value }) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd>
                <Untrusted text={value} />
              </dd>
            </div>
          ))}
        </dl>
      )}
      {processes.length + audit.length === 0 && (
        <p class="muted">{processesReason ?? 'The event is of no process.'}</p>
      )}
      {containers.map((container) => (
        <Container key={container.id} container={container} />
      ))}
      {isCut && <p class="muted">Something was left out, since it was too large to be kept.</p>}
    </>
  );
}

function Container({ container }: { readonly container: EvidenceContainer }) {
  const { id, name, image, pod, namespace } = container;
  const known = [
    ['name', name],
    ['image', image],
    ['pod', pod],
    ['namespace', namespace],
  ].filter((pair): pair is [string, string] => pair[1] !== null);
  return (
    <p class="container">
      <span class="tag">
        container <Untrusted text={id.slice(0, 12)} />
      </span>
      {known.map(([what, value]) => (
        <span key={what}>
          <span class="muted">{what}</span> <Untrusted text={value} most={300} />
        </span>
      ))}
    </p>
  );
}

interface Props {
  readonly process: EvidenceProcess;
  readonly depth: number;
  readonly isLast: boolean;
  /** Its parent is not in the same container. */
  readonly entersContainer: boolean;
}

function Process({ process, depth, isLast, entersContainer }: Props) {
  const { pid, name, executable, commandLine, user, started, container, tty } = process;
  return (
    <li class={`depth${Math.min(depth, 12)} ${isLast ? 'acting' : ''}`}>
      <p class="process-line">
        {depth > 0 && (
          <span class="branch" aria-hidden="true">
            └
          </span>
        )}
        <strong>
          <Untrusted text={name} />
        </strong>
        <span class="muted">{pid}</span>
        {user !== null && (
          <span class={user === 'root' ? 'root' : ''}>
            <Untrusted text={user} />
          </span>
        )}
        {entersContainer && container !== null && (
          <span class="tag">
            container <Untrusted text={container.slice(0, 12)} />
          </span>
        )}
        {tty !== null && (
          <span class="tag">
            <Untrusted text={tty} />
          </span>
        )}
        {started !== null && (
          <span class="muted">
            since <Time time={started} />
          </span>
        )}
        {isLast && <span class="tag strong">this one</span>}
      </p>
      {commandLine !== null && commandLine !== '' && (
        <p class="command-line">
          <code>
            <Untrusted text={commandLine} />
          </code>
        </p>
      )}
      {isLast && executable !== null && (
        <p class="command-line">
          <span class="muted">runs</span>{' '}
          <code>
            <Untrusted text={executable} />
          </code>
        </p>
      )}
    </li>
  );
}
