import type { AlertItem } from '../../../src/server/api-types.ts';
import { Priority } from '../../text/priority.tsx';
import { Time } from '../../text/time.tsx';
import { Untrusted } from '../../text/untrusted.tsx';

/** A message in a list is not read to its end. */
const MOST_SHOWN = 400;

/** One alert on one line (three on a phone), the whole of it a link to its page. */
export function AlertRow({ alert }: { readonly alert: AlertItem }) {
  const { id, time, priority, rule, process, message } = alert;
  return (
    <a href={`/alerts/${id}`} class="alert-row" data-id={id}>
      <Time time={time} />
      <Priority priority={priority} />
      <span class="rule-name">
        <Untrusted text={rule} />
      </span>
      <span class="process">{process !== null && <Untrusted text={process} />}</span>
      <span class="where">
        <Untrusted text={whereOf(alert)} />
      </span>
      <span class="message">
        <Untrusted text={message} most={MOST_SHOWN} />
      </span>
    </a>
  );
}

/** The pod, else the container, else the host. */
export function whereOf({ pod, container, hostname }: AlertItem): string {
  if (pod !== null) return pod.name;
  if (container !== null) return container.name ?? container.id.slice(0, 12);
  return hostname;
}
