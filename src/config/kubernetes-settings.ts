/** Settings about Kubernetes: the audit events of its API server, and what it may let in. */
import { ADMISSION } from './admission-settings.ts';
import { RECEIVER } from './receiver-settings.ts';
import { key, section } from './section.ts';
import { flag, integer, list, text } from './shape.ts';

const RESTART = { restart: true } as const;

const KEPT_FILE = section({
  filename: key('Path of the log; empty for none.', text(''), RESTART),
  max_size_mb: key('Megabytes at which a new file is begun.', integer(100, 1, 1_000_000), RESTART),
  max_backups: key(
    'Files that were moved aside and are kept; 0 for all.',
    integer(10, 0, 1_000_000),
    RESTART,
  ),
  max_age_days: key('Days after which such a file is removed; 0 for never.', integer(0, 0, 100_000), RESTART),
});

const KEEP = section({
  file: key('A log, one event in each line as JSON, as an API server writes it.', KEPT_FILE, RESTART),
  receivers: key(
    'Receivers, as under receivers; format and filter mean nothing here. Elasticsearch, Fluentd and http take events ' +
      'whole; the others tell that there was one.',
    list(RECEIVER, []),
    RESTART,
  ),
  stages: key('Stages that are kept, such as ResponseComplete; empty for all.', list(text(''), []), RESTART),
});

/** Falco's default, a fifth more than the largest batch of an API server that cuts its events short. */
const MAX_BATCH = 12 * 1024 * 1024;
/**
 * An API server takes no request over 3 MiB, and mostly answers with as much. Falco takes events of 256 KiB, so that
 * a pod with enough in it hides a container from the rules.
 */
const MAX_EVENT = 8 * 1024 * 1024;

export const AUDIT = section({
  from: key(
    'Where audit events come from: `http://ADDRESS:PORT/PATH` or `https://…` receives what an API server sends, ' +
      '`file:///PATH` follows a log, and the plain path of a file or folder is read once. Without any, there are none.',
    list(text(''), []),
    RESTART,
  ),
  certificate: key(
    'File with the certificate for https, in PEM. A renewed one is used without a restart.',
    text('/etc/falco/falco.pem'),
    RESTART,
  ),
  key: key('File with its key; empty when the key is in the same file.', text(''), RESTART),
  client_ca: key(
    'File with the authority whose certificate senders must show; empty: anybody may send.',
    text(''),
    RESTART,
  ),
  max_event_bytes: key(
    'Larger events lose what is longest in them before they are judged, and an internal alert says so.',
    integer(MAX_EVENT, 1024, Number.MAX_SAFE_INTEGER),
    RESTART,
  ),
  max_batch_bytes: key(
    'Largest body that is received at once, and longest line of a log. Of a larger one the events at its beginning are ' +
      'judged, and an internal alert says so.',
    integer(MAX_BATCH, 1024, 1 << 30),
    RESTART,
  ),
  queue_mb: key(
    'Megabytes of events, as JSON, that may wait to be judged; in memory they take several times as much. Senders are asked to send again later, and logs wait.',
    integer(16, 1, 65_536),
    RESTART,
  ),
  read_existing: key(
    'Begin at the start of a followed log when there is no position from an earlier run; otherwise at its end.',
    flag(false),
    RESTART,
  ),
  keep: key('Keeps the audit events themselves, not the alerts alone.', KEEP, RESTART),
  state_directory: key(
    'Where the positions in followed logs are kept.',
    text('/var/lib/lanner/audit'),
    RESTART,
  ),
});

export const METADATA = section({
  enabled: key(
    'Ask the API server about the pods of this node, their namespaces, services and owners: fields k8smeta.*, and ' +
      'k8s.* where the container engine does not tell. Within a pod its service account is used, otherwise a kubeconfig.',
    flag(false),
    RESTART,
  ),
  node: key(
    'Name of the node in the cluster. Empty: the name of the machine, or what the environment variable ' +
      'LANNER_HOSTNAME says.',
    text(''),
    RESTART,
  ),
  kubeconfig: key('Path of a kubeconfig; empty: as kubectl finds it.', text(''), RESTART),
});

export const KUBERNETES = section({
  audit: key("The API server's audit events, see docs/kubernetes.md.", AUDIT),
  metadata: key('What the cluster knows of pods.', METADATA),
  admission: key('The webhook of `lanner admission`, see docs/kubernetes.md.', ADMISSION),
});
