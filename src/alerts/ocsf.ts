/** Alerts as Detection Findings of the Open Cybersecurity Schema Framework 1.3 (class 2004), for data lakes. */
import { type Alert, fieldEntries, severity, sourceOf, tagsOf, techniquesOf } from './alert.ts';
import { alertId } from './alert-id.ts';
import { type JsonTree, jsonText, plant } from './json-tree.ts';

const CLASS = {
  class_uid: 2004,
  class_name: 'Detection Finding',
  category_uid: 2,
  category_name: 'Findings',
};
/** Activity 1 of the class: a new finding. Type ids are class times 100 plus activity. */
const ACTIVITY = {
  activity_id: 1,
  activity_name: 'Create',
  type_uid: 200_401,
  type_name: 'Detection Finding: Create',
};

/** From Emergency to Debug: Fatal, Critical, Critical, High, Medium, Low, Informational, Informational. */
const SEVERITIES = [6, 5, 5, 4, 3, 2, 1, 1] as const;
const SEVERITY_NAMES = ['Unknown', 'Informational', 'Low', 'Medium', 'High', 'Critical', 'Fatal'] as const;

/** Fields of Lanner and their places in the evidence. */
const EVIDENCE: Readonly<Record<string, string>> = {
  'container.id': 'container.uid',
  'container.image.repository': 'container.image.name',
  'container.name': 'container.name',
  'fd.cip': 'src_endpoint.ip',
  'fd.cport': 'src_endpoint.port',
  'fd.sip': 'dst_endpoint.ip',
  'fd.sport': 'dst_endpoint.port',
  'ka.user.name': 'actor.user.name',
  'ka.verb': 'api.operation',
  'proc.cmdline': 'actor.process.cmd_line',
  'proc.cwd': 'actor.process.working_directory',
  'proc.exepath': 'actor.process.file.path',
  'proc.name': 'actor.process.name',
  'proc.pid': 'actor.process.pid',
  'proc.pcmdline': 'actor.process.parent_process.cmd_line',
  'proc.pname': 'actor.process.parent_process.name',
  'proc.ppid': 'actor.process.parent_process.pid',
  'user.name': 'actor.user.name',
  'user.uid': 'actor.user.uid',
};

/** One line of JSON, without its newline. */
export function formatOcsf(alert: Alert): string {
  const severityId = SEVERITIES[severity(alert)] ?? 0;
  const milliseconds = alert.time / 1_000_000n;
  const id = alertId(alert);
  const tags = tagsOf(alert);
  const attacks = techniquesOf(alert).map((uid) => ({ technique: { uid } }));
  return jsonText({
    ...CLASS,
    ...ACTIVITY,
    time: milliseconds,
    severity_id: severityId,
    severity: SEVERITY_NAMES[severityId] ?? 'Unknown',
    status_id: 1,
    status: 'New',
    message: alert.message,
    finding_info: {
      uid: id,
      title: alert.rule,
      created_time: milliseconds,
      ...(attacks.length > 0 ? { attacks } : {}),
    },
    metadata: {
      version: '1.3.0',
      uid: id,
      product: { name: 'Lanner', vendor_name: 'Lanner' },
      log_provider: sourceOf(alert),
      ...(tags.length > 0 ? { labels: tags } : {}),
    },
    device: { hostname: alert.hostname, type_id: 0, type: 'Unknown' },
    evidences: [evidence(alert)],
    unmapped: Object.fromEntries(fieldEntries(alert)),
  });
}

function evidence(alert: Alert): JsonTree {
  const tree: JsonTree = {};
  for (const [key, value] of fieldEntries(alert)) {
    const place = EVIDENCE[key];
    if (value === null) continue;
    if (place !== undefined) plant(tree, place, place.endsWith('.uid') ? String(value) : value);
    if (key === 'fd.name' && typeof value === 'string' && value.startsWith('/')) plantFile(tree, value);
  }
  return tree;
}

function plantFile(tree: JsonTree, path: string): void {
  plant(tree, 'file', { path, name: path.slice(path.lastIndexOf('/') + 1), type_id: 0 });
}
