import { useEffect } from 'preact/hooks';
import type { Health, HealthEvents, HealthMemory, HealthStore } from '../../../src/server/api-types.ts';
import { getJson } from '../../data/api.ts';
import { briefs } from '../../data/live.ts';
import { useResource } from '../../data/resource.ts';
import { Loaded } from '../../shell/notices.tsx';
import { briefNumber, bytesText, counted, shareText, wholeText } from '../../text/number.ts';
import { Time } from '../../text/time.tsx';
import { Untrusted } from '../../text/untrusted.tsx';
import { Card, Figure, Table } from './cards.tsx';
import { Sparkline } from './sparkline.tsx';

const RENEW_MS = 5000;
/** Events that are told by name. */
const MOST_NAMES = 8;

export function HealthPage() {
  const resource = useResource('health', (signal) => getJson<Health>('/api/health', {}, signal), RENEW_MS);
  useEffect(() => {
    document.title = 'Health · Lanner';
  }, []);
  return (
    <>
      <h1>Health</h1>
      <Loaded resource={resource}>{(health) => <All health={health} />}</Loaded>
    </>
  );
}

function All({ health }: { readonly health: Health }) {
  const { troubles, started, events, memory, outputs, sources, store, reload, console: own } = health;
  return (
    <>
      {troubles.length === 0 ? (
        <p class="notice good">
          ✓{' '}
          {started === null
            ? 'No engine is running here; nothing is wrong with what is stored.'
            : 'Nothing is wrong.'}
        </p>
      ) : (
        <ul class="troubles" aria-label="What is wrong">
          {troubles.map((trouble) => (
            <li key={trouble} class="notice bad">
              ✗ <Untrusted text={trouble} />
            </li>
          ))}
        </ul>
      )}
      <div class="cards">
        {events !== null && <Events events={events} />}
        {events !== null && <Losses events={events} />}
        {events !== null && events.filteredByName.length > 0 && <Filtered events={events} />}
        {memory !== null && <Memory memory={memory} started={started} />}
        {store !== null && <Store store={store} />}
        <Card title="Sources">
          {sources.length === 0 ? (
            <p class="muted">none</p>
          ) : (
            <ul class="plain">
              {sources.map((source) => (
                <li key={source}>
                  <Untrusted text={source} />
                </li>
              ))}
            </ul>
          )}
          {reload !== null && (
            <>
              <h3>Last reload</h3>
              <p class={reload.ok ? '' : 'problem'}>
                <Time time={reload.time} as="age" />: {reload.ok ? '✓' : '✗'}{' '}
                <Untrusted text={reload.message} />
              </p>
              {reload.report !== '' && <pre class="report">{reload.report}</pre>}
            </>
          )}
        </Card>
        <Card title="Outputs" isWide>
          {outputs.length === 0 ? (
            <p class="muted">none</p>
          ) : (
            <Table
              head={['Output', 'Written', 'Dropped', 'Waiting', 'State']}
              rows={outputs.map((output) => [
                <Untrusted key="name" text={output.name} />,
                wholeText(output.written),
                <span key="dropped" class={output.dropped > 0 ? 'problem' : ''}>
                  {wholeText(output.dropped)}
                </span>,
                output.waiting === 0
                  ? '0'
                  : `${wholeText(output.waiting)} (${bytesText(output.waitingBytes)})`,
                output.trouble === null ? (
                  '✓ works'
                ) : (
                  <span key="trouble" class="problem">
                    ✗ <Untrusted text={output.trouble} />
                  </span>
                ),
              ])}
            />
          )}
        </Card>
        <Card title="Console" isWide>
          <details>
            <summary>Counters of requests, sessions and refusals</summary>
            <Table
              head={['Counter', 'Value']}
              rows={own.map(({ name, about, value }) => [
                <span key={name} title={name}>
                  {about}
                </span>,
                wholeText(value),
              ])}
            />
          </details>
        </Card>
      </div>
    </>
  );
}

function Events({ events }: { readonly events: HealthEvents }) {
  const { seen, filtered, perSecond, filteredPerSecond, alerts, latency } = events;
  const all = seen + filtered;
  return (
    <Card title="Events">
      <Figure value={`${briefNumber(perSecond)}/s`} about="judged by rules" />
      <Sparkline
        values={briefs.value.map(({ eventsPerSecond }) => eventsPerSecond)}
        label="Events a second"
      />
      <dl class="facts">
        <div>
          <dt>Kept out by the kernel</dt>
          <dd>
            {briefNumber(filteredPerSecond)}/s
            {all > 0 && `, ${shareText(filtered / all)} of all since the start`}
          </dd>
        </div>
        <div>
          <dt>Since the start</dt>
          <dd>
            {counted(seen, 'event')} seen, {counted(alerts, 'alert')}
          </dd>
        </div>
        {latency !== null && (
          <div>
            <dt>Latency</dt>
            <dd>
              half within {milliseconds(latency.median)}, 99 % within {milliseconds(latency.p99)}
            </dd>
          </div>
        )}
      </dl>
    </Card>
  );
}

function milliseconds(value: number | null): string {
  if (value === null) return 'more than is measured';
  return value < 1 ? `${(1000 * value).toFixed(0)} µs` : `${value.toFixed(value < 10 ? 1 : 0)} ms`;
}

function Losses({ events: { lost, losses } }: { readonly events: HealthEvents }) {
  return (
    <Card title="Losses">
      <Figure value={wholeText(lost)} about="events lost since the start" isBad={lost > 0} />
      {losses.length > 0 && (
        <Table
          head={['Reason', 'Events']}
          rows={losses.map(({ reason, count }) => [reason, wholeText(count)])}
        />
      )}
    </Card>
  );
}

function Filtered({ events: { filteredByName } }: { readonly events: HealthEvents }) {
  return (
    <Card title="Kept out by the kernel">
      <Table
        head={['Event', 'Since the start']}
        rows={filteredByName.slice(0, MOST_NAMES).map(({ name, count }) => [name, wholeText(count)])}
      />
    </Card>
  );
}

function Memory({ memory, started }: { readonly memory: HealthMemory; readonly started: number | null }) {
  const { resident, limit, cpu, processes, threads, containers } = memory;
  return (
    <Card title="Lanner itself">
      <Figure
        value={bytesText(resident)}
        about={limit === null ? 'memory' : `memory, of ${bytesText(limit)}`}
      />
      {limit !== null && <meter min={0} max={limit} value={resident} aria-label="Memory" />}
      <dl class="facts">
        <div>
          <dt>CPU</dt>
          <dd>{shareText(cpu)} of one since the start</dd>
        </div>
        <div>
          <dt>Knows</dt>
          <dd>
            {counted(processes, 'process', 'processes')}, {counted(threads, 'thread')},{' '}
            {counted(containers, 'container')}
          </dd>
        </div>
        {started !== null && (
          <div>
            <dt>Runs</dt>
            <dd>
              since <Time time={started} />
            </dd>
          </div>
        )}
      </dl>
    </Card>
  );
}

function Store({ store }: { readonly store: HealthStore }) {
  const { path, bytes, maxBytes, alerts, oldest, trouble } = store;
  return (
    <Card title="Store">
      <Figure value={alerts === null ? '?' : wholeText(alerts)} about="alerts kept" />
      <dl class="facts">
        <div>
          <dt>Size</dt>
          <dd>
            {bytesText(bytes)}
            {maxBytes > 0 && ` of ${bytesText(maxBytes)}`}
          </dd>
        </div>
        {oldest !== null && (
          <div>
            <dt>Oldest</dt>
            <dd>
              <Time time={oldest} as="age" />
            </dd>
          </div>
        )}
        <div>
          <dt>File</dt>
          <dd>
            <code>{path}</code>
          </dd>
        </div>
      </dl>
      {trouble !== null && (
        <p class="problem">
          ✗ <Untrusted text={trouble} />
        </p>
      )}
    </Card>
  );
}
