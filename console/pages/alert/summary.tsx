import type { ComponentChildren } from 'preact';
import type { AlertDetail, EvidenceProcess } from '../../../src/server/api-types.ts';
import { Untrusted } from '../../text/untrusted.tsx';
import { whereOf } from '../alerts/alert-row.tsx';

/** What happened in a sentence. */
export function Summary({ detail }: { readonly detail: AlertDetail }) {
  const { alert, evidence, rule } = detail;
  const [process, parent] = evidence?.processes ?? [];
  return (
    <>
      <p class="sentence">
        {sentenceOf(alert.process, process, parent)}
        {alert.source === 'internal' ? 'Lanner itself has something to say' : ' matched this rule'}
        {alert.container !== null || alert.pod !== null ? (
          <>
            {' '}
            in {alert.pod !== null ? 'the pod' : 'the container'} <Strong text={whereOf(alert)} />
          </>
        ) : (
          alert.source === 'syscall' && ' on the host'
        )}
        {alert.hostname !== '' && (
          <>
            , on <Strong text={alert.hostname} />
          </>
        )}
        .
      </p>
      {rule !== null && rule.description !== '' && (
        <p class="muted">
          The rule says: <Untrusted text={rule.description} />
        </p>
      )}
    </>
  );
}

function sentenceOf(
  name: string | null,
  process: EvidenceProcess | undefined,
  parent: EvidenceProcess | undefined,
): ComponentChildren {
  if (process === undefined) return name === null ? 'Something' : <Strong text={name} />;
  return (
    <>
      <Strong text={process.name} /> (process {process.pid}
      {process.user !== null && (
        <>
          , user <Strong text={process.user} />
        </>
      )}
      )
      {parent && (
        <>
          , a child of <Strong text={parent.name} />,
        </>
      )}
    </>
  );
}

function Strong({ text }: { readonly text: string }) {
  return (
    <strong>
      <Untrusted text={text} most={200} />
    </strong>
  );
}
