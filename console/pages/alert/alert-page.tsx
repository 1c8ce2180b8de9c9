import { useEffect, useState } from 'preact/hooks';
import type { AlertDetail } from '../../../src/server/api-types.ts';
import { getJson } from '../../data/api.ts';
import { useResource } from '../../data/resource.ts';
import { ruleAddress } from '../../router.ts';
import { CopyButton } from '../../shell/copy.tsx';
import { Empty, Loaded } from '../../shell/notices.tsx';
import { Priority } from '../../text/priority.tsx';
import { Time } from '../../text/time.tsx';
import { Untrusted, visibleText } from '../../text/untrusted.tsx';
import { addressOf } from '../alerts/filters.ts';
import { ConditionTree } from './condition-tree.tsx';
import { FieldTable } from './field-table.tsx';
import { OtherAlerts } from './other-alerts.tsx';
import { ProcessTree } from './process-tree.tsx';
import { RuleSource } from './rule-source.tsx';
import { Silence } from './silence.tsx';
import { Summary } from './summary.tsx';

export function AlertPage({ id }: { readonly id: number }) {
  const resource = useResource(String(id), (signal) => getJson<AlertDetail>(`/api/alerts/${id}`, {}, signal));
  useEffect(() => {
    const rule = resource.value?.alert.rule;
    document.title = `${rule === undefined ? `Alert ${id}` : visibleText(rule)} · Lanner`;
  }, [id, resource.value]);
  if (resource.failure?.status === 404) {
    return (
      <Empty title={`There is no alert ${id}`}>
        <p>The store keeps alerts for a limited time and size; this one is gone, or never was.</p>
        <p>
          <a href="/">To the alerts</a>
        </p>
      </Empty>
    );
  }
  return <Loaded resource={resource}>{(detail) => <Detail detail={detail} />}</Loaded>;
}

function Detail({ detail }: { readonly detail: AlertDetail }) {
  const { alert, evidence, rule } = detail;
  const [isSilencing, setSilencing] = useState(false);
  return (
    <article class="alert-detail">
      <header class="detail-head">
        <p class="crumbs">
          <a href="/">Alerts</a> / <span>{alert.id}</span>
        </p>
        <h1>
          <Priority priority={alert.priority} isLong />{' '}
          <a href={ruleAddress(alert.rule)}>
            <Untrusted text={alert.rule} />
          </a>
        </h1>
        <p class="when">
          <Time time={alert.time} as="exact" /> <span class="muted">(</span>
          <Time time={alert.time} as="age" />
          <span class="muted">)</span>
        </p>
        <Summary detail={detail} />
        <p class="message-box">
          <Untrusted text={detail.message} />
        </p>
        <div class="actions">
          <CopyButton text={detail.json}>Copy as JSON</CopyButton>
          <button type="button" onClick={() => setSilencing(true)}>
            Silence it…
          </button>
          <a class="button" href={addressOf({ rule: [alert.rule] })}>
            All alerts of this rule
          </a>
        </div>
      </header>
      <Section title="Processes">
        {evidence === null ? (
          <p class="muted">
            {detail.evidenceReason ?? 'Nothing was kept about the processes of this alert.'}
          </p>
        ) : (
          <ProcessTree evidence={evidence} />
        )}
      </Section>
      <Section title="Why it fired">
        {evidence !== null && <ConditionTree evidence={evidence} />}
        {rule === null ? (
          <p class="muted">There is no rule of this name any more.</p>
        ) : (
          <RuleSource
            rule={rule}
            condition={evidence?.ruleChanged === true ? null : (evidence?.condition ?? null)}
          />
        )}
      </Section>
      <Section title="Fields">
        <FieldTable fields={detail.fields} tags={alert.tags} />
      </Section>
      <OtherAlerts detail={detail} />
      {isSilencing && <Silence detail={detail} onClose={() => setSilencing(false)} />}
    </article>
  );
}

function Section({
  title,
  children,
}: {
  readonly title: string;
  readonly children: preact.ComponentChildren;
}) {
  return (
    <section class="panel" aria-label={title}>
      <h2>{title}</h2>
      {children}
    </section>
  );
}
