import { useEffect } from 'preact/hooks';
import type { AlertPage, RuleDetail } from '../../../src/server/api-types.ts';
import { getJson } from '../../data/api.ts';
import { rulesChanged } from '../../data/live.ts';
import { useResource } from '../../data/resource.ts';
import { features } from '../../data/session.ts';
import { ruleAddress } from '../../router.ts';
import { Empty, Loaded } from '../../shell/notices.tsx';
import { counted, shareText, wholeText } from '../../text/number.ts';
import { Priority } from '../../text/priority.tsx';
import { Time } from '../../text/time.tsx';
import { Untrusted, visibleText } from '../../text/untrusted.tsx';
import { AlertLines } from '../alert/other-alerts.tsx';
import { Source } from '../alert/rule-source.tsx';
import { addressOf } from '../alerts/filters.ts';
import { EnabledSwitch } from './enabled-switch.tsx';

const RECENT = 10;
/** New ones come while one looks. */
const RENEW_MS = 10_000;

export function RulePage({ name }: { readonly name: string }) {
  const resource = useResource(name, (signal) => getJson<RuleDetail>(`/api${ruleAddress(name)}`, {}, signal));
  const changed = rulesChanged.value;
  useEffect(() => {
    if (changed !== undefined) resource.reload();
  }, [changed, resource.reload]);
  useEffect(() => {
    document.title = `${visibleText(name)} · Lanner`;
  }, [name]);
  if (resource.failure?.status === 404) {
    return (
      <Empty title="There is no such rule">
        <p>
          <Untrusted text={name} />
        </p>
        <p>
          <a href="/rules">All rules</a> · <a href={addressOf({ rule: [name] })}>Alerts of this name</a>
        </p>
      </Empty>
    );
  }
  return <Loaded resource={resource}>{(rule) => <Detail rule={rule} onChange={resource.reload} />}</Loaded>;
}

function Detail({ rule, onChange }: { readonly rule: RuleDetail; readonly onChange: () => void }) {
  return (
    <article>
      <header class="detail-head">
        <p class="crumbs">
          <a href="/rules">Rules</a> / <span>{rule.source}</span>
        </p>
        <h1>
          <Priority priority={rule.priority} isLong /> <Untrusted text={rule.name} />
        </h1>
        <p class="sentence">
          <Untrusted text={rule.description} />
        </p>
        <div class="actions">
          <EnabledSwitch rule={rule} onChange={onChange} />
          <a class="button" href={`/editor?rule=${encodeURIComponent(rule.name)}`}>
            Change it…
          </a>
          <a class="button" href={`/editor?try=${encodeURIComponent(rule.name)}`}>
            Try it on a recording…
          </a>
        </div>
      </header>
      <Facts rule={rule} />
      <section class="panel" aria-label="Source">
        <h2>
          Source <span class="muted">{`${rule.text.file}:${rule.text.line}`}</span>
        </h2>
        <Source source={rule.text} />
        {rule.changes.map((change) => (
          <div key={`${change.file}:${change.line}`}>
            <h3>
              Changed by <span class="muted">{`${change.file}:${change.line}`}</span>
            </h3>
            <Source source={change} />
          </div>
        ))}
      </section>
      <Definitions title="Macros" definitions={rule.macros} />
      <Definitions title="Lists" definitions={rule.lists} />
      {rule.prefilter.length > 0 && (
        <section class="panel" aria-label="What the kernel decides">
          <h2>What the kernel decides</h2>
          <ul class="plain">
            {rule.prefilter.map((line) => (
              <li key={line}>
                <Untrusted text={line} />
              </li>
            ))}
          </ul>
        </section>
      )}
      <Recent name={rule.name} />
    </article>
  );
}

function Facts({ rule }: { readonly rule: RuleDetail }) {
  const { fired, cost, events, reads, tells, tags } = rule;
  return (
    <section class="panel" aria-label="Facts">
      <dl class="facts">
        {fired !== null && (
          <Fact name="Fired">
            {fired.all === 0
              ? 'never'
              : `${counted(fired.day, 'time')} in the last 24 hours, ${wholeText(fired.all)} in all`}
            {fired.last !== null && (
              <>
                {', last '}
                <Time time={fired.last} as="age" />
              </>
            )}
          </Fact>
        )}
        {cost !== null && (
          <Fact name="Cost">
            {`evaluated ${counted(cost.evaluations, 'time')}, ${shareText(cost.share)} of the time of all rules (${cost.milliseconds.toFixed(1)} ms)`}
          </Fact>
        )}
        <Fact name="Watches">{events.length === 0 ? `events of ${rule.source}` : events.join(', ')}</Fact>
        <Fact name="Reads">{reads.join(', ') || 'no field'}</Fact>
        <Fact name="Tells">{tells.join(', ') || 'no field'}</Fact>
        {tags.length > 0 && (
          <Fact name="Tags">
            <ul class="chips">
              {tags.map((tag) => (
                <li key={tag}>
                  <a class="chip" href={addressOf({ tag: [tag] })}>
                    <Untrusted text={tag} />
                  </a>
                </li>
              ))}
            </ul>
          </Fact>
        )}
      </dl>
    </section>
  );
}

function Fact({ name, children }: { readonly name: string; readonly children: preact.ComponentChildren }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function Definitions({
  title,
  definitions,
}: {
  readonly title: string;
  readonly definitions: RuleDetail['macros'];
}) {
  if (definitions.length === 0) return null;
  return (
    <section class="panel" aria-label={title}>
      <h2>{title}</h2>
      {definitions.map(({ name, text }) => (
        <details key={name}>
          <summary>
            <code>
              <Untrusted text={name} />
            </code>{' '}
            <span class="muted">{`${text.file}:${text.line}`}</span>
          </summary>
          <Source source={text} />
        </details>
      ))}
    </section>
  );
}

function Recent({ name }: { readonly name: string }) {
  const hasStore = features.value?.store.available === true;
  const resource = useResource(
    hasStore ? name : undefined,
    (signal) => getJson<AlertPage>('/api/alerts', { rule: [name], limit: RECENT }, signal),
    RENEW_MS,
  );
  if (!hasStore) return null;
  return (
    <section class="panel" aria-label="Newest alerts">
      <h2>Newest alerts</h2>
      <Loaded resource={resource}>
        {({ alerts }) =>
          alerts.length === 0 ? (
            <p class="muted">It has not fired.</p>
          ) : (
            <>
              <AlertLines alerts={alerts} />
              <p>
                <a href={addressOf({ rule: [name] })}>All of them</a>
              </p>
            </>
          )
        }
      </Loaded>
    </section>
  );
}
