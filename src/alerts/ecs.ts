/** Alerts in the Elastic Common Schema 8.11: what Elastic's Security app and its rules read. */
import {
  type Alert,
  type AlertValue,
  fieldEntries,
  severity,
  sourceOf,
  tagsOf,
  techniquesOf,
} from './alert.ts';
import { alertId } from './alert-id.ts';
import { utcTime } from './format.ts';
import { type JsonTree, jsonText, plant } from './json-tree.ts';

/** Fields of Lanner and their places in the schema; the others are found below `lanner.fields`. */
const PLACES: Readonly<Record<string, string>> = {
  'container.id': 'container.id',
  'container.image.repository': 'container.image.name',
  'container.name': 'container.name',
  'container.type': 'container.runtime',
  'evt.type': 'event.action',
  'fd.cip': 'client.ip',
  'fd.cport': 'client.port',
  'fd.sip': 'server.ip',
  'fd.sport': 'server.port',
  'fd.lip': 'source.ip',
  'fd.lport': 'source.port',
  'fd.rip': 'destination.ip',
  'fd.rport': 'destination.port',
  'fd.l4proto': 'network.transport',
  'group.gid': 'group.id',
  'group.name': 'group.name',
  'ka.cluster.name': 'orchestrator.cluster.name',
  'ka.impuser.name': 'user.effective.name',
  'ka.sourceips': 'source.ip',
  'ka.target.name': 'orchestrator.resource.name',
  'ka.target.namespace': 'orchestrator.namespace',
  'ka.target.resource': 'orchestrator.resource.type',
  'ka.uri': 'url.original',
  'ka.user.name': 'user.name',
  'ka.useragent': 'user_agent.original',
  'ka.verb': 'event.action',
  'k8s.ns.name': 'orchestrator.namespace',
  'k8s.pod.name': 'orchestrator.resource.name',
  'proc.cmdline': 'process.command_line',
  'proc.cwd': 'process.working_directory',
  'proc.exepath': 'process.executable',
  'proc.name': 'process.name',
  'proc.pid': 'process.pid',
  'proc.pcmdline': 'process.parent.command_line',
  'proc.pexepath': 'process.parent.executable',
  'proc.pname': 'process.parent.name',
  'proc.ppid': 'process.parent.pid',
  'thread.tid': 'process.thread.id',
  'user.name': 'user.name',
  'user.uid': 'user.id',
};

/** Identities are keywords there, whatever they are here. */
const KEYWORDS: ReadonlySet<string> = new Set(['user.id', 'group.id']);

/** One line of JSON, without its newline. */
export function formatEcs(alert: Alert): string {
  const tags = tagsOf(alert);
  const techniques = techniquesOf(alert);
  const tree: JsonTree = {
    '@timestamp': utcTime(alert.time),
    ecs: { version: '8.11.0' },
    event: {
      id: alertId(alert),
      kind: alert.kind === 'rule' ? 'alert' : 'event',
      module: 'lanner',
      dataset: 'lanner.alerts',
      provider: sourceOf(alert),
      // The schema counts upwards; Lanner's priorities are kept beside it.
      severity: 7 - severity(alert),
      ...(alert.kind === 'rule' ? { category: ['intrusion_detection'], type: ['info'] } : {}),
    },
    host: { hostname: alert.hostname, name: alert.hostname },
    log: { level: alert.priority.toLowerCase() },
    message: alert.message,
    observer: { product: 'Lanner', type: 'sensor', vendor: 'Lanner' },
    rule: { name: alert.rule },
    ...(tags.length > 0 ? { tags } : {}),
    ...(techniques.length > 0
      ? { threat: { framework: 'MITRE ATT&CK', technique: { id: techniques } } }
      : {}),
  };
  plantFields(tree, alert);
  return jsonText(tree);
}

function plantFields(tree: JsonTree, alert: Alert): void {
  const own: Record<string, AlertValue> = {};
  for (const [key, value] of fieldEntries(alert)) {
    own[key] = value;
    const place = PLACES[key];
    if (place !== undefined && value !== null)
      plant(tree, place, KEYWORDS.has(place) ? String(value) : value);
    // Only descriptors of files: the name of a socket is its addresses.
    if (key === 'fd.name' && typeof value === 'string' && value.startsWith('/'))
      plant(tree, 'file.path', value);
  }
  // Flattened names would clash where one is the beginning of another.
  plant(tree, 'lanner.fields', own);
}
