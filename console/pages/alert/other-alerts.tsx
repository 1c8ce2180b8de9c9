import type { AlertDetail, AlertItem } from '../../../src/server/api-types.ts';
import { wholeText } from '../../text/number.ts';
import { AlertRow } from '../alerts/alert-row.tsx';
import { addressOf } from '../alerts/filters.ts';

const MOST_COUNTED = 10_000;

export function OtherAlerts({ detail }: { readonly detail: AlertDetail }) {
  const { alert, earlier, similar, similarCount } = detail;
  const process = alert.process === null ? {} : { process: [alert.process] };
  const others = Math.max(0, similarCount - 1);
  return (
    <>
      <Panel
        title={
          alert.container === null ? 'Earlier, of the same process name' : 'Earlier, in the same container'
        }
        alerts={earlier}
        none="None before this one."
      />
      <Panel
        title="Similar: same rule, same process name"
        alerts={similar}
        none="None: this is the only one."
        count={similarCount > MOST_COUNTED ? `more than ${wholeText(MOST_COUNTED)}` : wholeText(others)}
        all={addressOf({ rule: [alert.rule], ...process })}
      />
    </>
  );
}

interface PanelProps {
  readonly title: string;
  readonly alerts: readonly AlertItem[];
  readonly none: string;
  readonly count?: string;
  readonly all?: string;
}

function Panel({ title, alerts, none, count, all }: PanelProps) {
  return (
    <section class="panel" aria-label={title}>
      <h2>
        {title} {count !== undefined && <span class="muted">({count})</span>}
      </h2>
      {alerts.length === 0 ? <p class="muted">{none}</p> : <AlertLines alerts={alerts} />}
      {alerts.length > 0 && all !== undefined && (
        <p>
          <a href={all}>Show all of them</a>
        </p>
      )}
    </section>
  );
}

export function AlertLines({ alerts }: { readonly alerts: readonly AlertItem[] }) {
  return (
    <ul class="alert-lines">
      {alerts.map((alert) => (
        <li key={alert.id}>
          <AlertRow alert={alert} />
        </li>
      ))}
    </ul>
  );
}
