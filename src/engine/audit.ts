/** Audit events as the configuration wants them: where they come from, and what is told of what goes wrong. */

import type { Alert } from '../alerts/alert.ts';
import { type InternalNews, internalAlert } from '../alerts/internal.ts';
import type { Config } from '../config/schema.ts';
import { type AuditInput, AuditSource } from '../sources/audit/audit-source.ts';
import { FollowedLog } from '../sources/audit/followed-log.ts';
import { AuditIntake, type AuditTrouble } from '../sources/audit/intake.ts';
import { AuditLogFile } from '../sources/audit/log-file.ts';
import { AuditWebhook } from '../sources/audit/webhook.ts';
import { TokenBucket } from '../system/token-bucket.ts';

type Settings = Config['kubernetes']['audit'];

/** Name of the source, as rules have it. */
export const AUDIT_SOURCE = 'k8s_audit';

export interface AuditHelp {
  readonly hostname: string;
  readonly alert: (alert: Alert) => void;
  readonly log: (line: string) => void;
}

/** What is open for audit events. */
export interface OpenAudit {
  readonly source: AuditSource;
  readonly intake: AuditIntake;
  readonly inputs: readonly AuditInput[];
}

const MEGABYTE = 1024 * 1024;
const DEFAULT_PORTS = { http: 80, https: 443 } as const;
const NEWS: Readonly<Record<AuditTrouble['kind'], Pick<InternalNews, 'subject' | 'priority'>>> = {
  'large event': { subject: 'audit event too large', priority: 'Warning' },
  'large payload': { subject: 'audit events lost', priority: 'Critical' },
  'bad payload': { subject: 'audit events not understood', priority: 'Warning' },
  'foreign entries': { subject: 'audit events not understood', priority: 'Warning' },
};
/** Alerts of each kind that may come at once, and how many a second after that. */
const BURST = 10;
const RATE = 1 / 60;

export function wantsAudit({ kubernetes }: Config): boolean {
  return kubernetes.audit.from.length > 0;
}

/** Throws when a place in the configuration makes no sense. */
export function openAudit({ kubernetes: { audit } }: Config, help: AuditHelp): OpenAudit {
  const intake = new AuditIntake(limitsOf(audit), troubleTeller(help));
  const inputs = audit.from.map((from) => openInput(from, audit, intake, help.log));
  return { source: new AuditSource(intake, inputs), intake, inputs };
}

/** A log that is read once, whatever the configuration says of other places. */
export function openAuditLog(file: string, { kubernetes: { audit } }: Config, help: AuditHelp) {
  const intake = new AuditIntake(limitsOf(audit), troubleTeller(help));
  const input = new AuditLogFile(file, intake);
  return { source: new AuditSource(intake, [input]), intake, input };
}

function limitsOf({ max_event_bytes: eventBytes, max_batch_bytes: payloadBytes, queue_mb }: Settings) {
  return { eventBytes, payloadBytes, queueBytes: queue_mb * MEGABYTE };
}

function openInput(from: string, settings: Settings, intake: AuditIntake, log: AuditHelp['log']): AuditInput {
  const place = from.trim();
  const url = /^(https?):\/\/(.*?)(?::(\d+))?(\/[^?#]*)?$/.exec(place);
  if (url) {
    const [, scheme, host = '', port, path = '/'] = url as unknown as [
      string,
      'http' | 'https',
      string,
      ...string[],
    ];
    return new AuditWebhook(
      {
        address: host.replace(/^\[(.*)\]$/, '$1'),
        port: Number(port ?? DEFAULT_PORTS[scheme]),
        path,
        tls: scheme === 'https' ? tlsOf(settings) : undefined,
        onListening: (listening) => log(`Receiving audit events at ${listening}`),
        log,
      },
      intake,
    );
  }
  const file = /^file:\/\/(\/.*)$/.exec(place)?.[1];
  if (file !== undefined) {
    const { state_directory: stateDirectory, read_existing: fromStart } = settings;
    return new FollowedLog({ path: file, stateDirectory, fromStart, log }, intake);
  }
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(place))
    throw new Error(
      `kubernetes.audit.from: ${place} is no place that audit events come from; http://ADDRESS:PORT/PATH, https://…, file:///PATH and plain paths are`,
    );
  return new AuditLogFile(place, intake);
}

function tlsOf({ certificate, key, client_ca: clientAuthority }: Settings) {
  return { certificate, key, clientAuthority };
}

/** Tells what goes wrong as internal alerts; of what is too much, the number. */
function troubleTeller({ hostname, alert }: AuditHelp): (trouble: AuditTrouble) => void {
  const buckets = new Map<string, { readonly bucket: TokenBucket; untold: number }>();
  return ({ kind, from, reason }) => {
    const { subject, priority } = NEWS[kind];
    let state = buckets.get(kind);
    if (!state) {
      state = { bucket: new TokenBucket(RATE, BURST, () => performance.now()), untold: 0 };
      buckets.set(kind, state);
    }
    if (!state.bucket.take()) {
      state.untold++;
      return;
    }
    const more = state.untold === 0 ? {} : { 'audit.untold': state.untold };
    state.untold = 0;
    const time = BigInt(Date.now()) * 1_000_000n;
    alert(
      internalAlert({ subject, priority, reason, time, hostname, fields: { 'audit.from': from, ...more } }),
    );
  };
}
