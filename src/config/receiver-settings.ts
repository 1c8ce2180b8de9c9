/** Settings of receivers that alerts are delivered to: formats, filters, queues, and each kind of receiver. */
import { PRIORITIES } from '../rules/checked.ts';
import type { ConfigNode } from './node.ts';
import { key, section } from './section.ts';
import {
  choice,
  duration,
  entries,
  type Findings,
  flag,
  integer,
  list,
  optional,
  type Shape,
  text,
  type ValueOf,
} from './shape.ts';

const FORMATS = ['text', 'json', 'ecs', 'ocsf'] as const;
export type AlertFormat = (typeof FORMATS)[number];

/** How an output writes alerts, where it says; `json_output` decides otherwise. */
export const FORMAT = optional(choice(FORMATS, 'json'));

/** Which alerts an output gets. */
export const FILTER = section({
  priority: key('Alerts at least as severe as this.', choice(PRIORITIES, 'Debug', { info: 'Informational' })),
  rules: key('Alerts of these rules; `*` stands for any text. Empty for all.', list(text(''), [])),
  tags: key('Alerts whose rule has one of these tags. Empty for all.', list(text(''), [])),
  sources: key('Alerts from these sources, such as syscall or internal. Empty for all.', list(text(''), [])),
});

export type AlertFilter = ValueOf<typeof FILTER>;

/** Queues of outputs that deliver to receivers. */
export const DELIVERY = section({
  spool: key(
    'Keep alerts on disk until the receiver has confirmed them; otherwise they wait in memory.',
    flag(true),
  ),
  spool_directory: key('Where they are kept, a folder for each output.', text('/var/lib/lanner/spool')),
  spool_mb: key(
    'Megabytes on disk for one output; the oldest alerts make room for new ones.',
    integer(256, 1, 1_000_000),
  ),
  spool_age: key('Alerts that are older are given up; 0 for never.', duration('7d', '366d')),
  memory_mb: key('Megabytes of alerts of one output that may wait in memory.', integer(16, 1, 4096)),
  retry_first: key('The pause after the first failure; it doubles with each.', duration('500ms', '1h')),
  retry_longest: key('The longest pause between two tries.', duration('30s', '24h')),
});

const TLS = section({
  insecure: key("Do not check the server's certificate.", flag(false)),
  ca: key('Files or folders with certificates of authorities.', list(text(''), [])),
  cert: key('File with our own certificate.', text('')),
  key: key('File with the key of our certificate.', text('')),
});

export type TlsValues = ValueOf<typeof TLS>;

const HTTP_KEYS = {
  url: key('Address, `http://` or `https://`.', text('')),
  user: key('Name for basic authentication.', text('')),
  password: key('Password for basic authentication; `${NAME}` takes it from the environment.', text('')),
  token: key('Bearer token.', text('')),
  headers: key('Further headers.', entries(text(''))),
  tls: key('Certificates.', TLS),
  compress: key('Compress what is sent.', flag(false)),
} as const;

const HTTP = section(HTTP_KEYS);

export type HttpValues = ValueOf<typeof HTTP>;

const ELASTICSEARCH = section({
  ...HTTP_KEYS,
  index: key('Index or data stream; %Y, %m and %d become the day of the alert.', text('lanner-alerts')),
  api_key: key('API key, in place of user and password.', text('')),
});

const FLUENTD = section({
  host: key('Host of the receiver.', text('127.0.0.1')),
  port: key('Its port.', integer(24224, 1, 65_535)),
  path: key('Local socket, in place of host and port.', text('')),
  tag: key('What receivers route by.', text('lanner.alerts')),
  tls: key('Certificates; without this key the connection is not encrypted.', optional(TLS)),
  shared_key: key('Secret that both sides know.', text('')),
  user: key('Name, where the receiver asks for one.', text('')),
  password: key('Password, where the receiver asks for one.', text('')),
});

const NATS = section({
  servers: key('Servers of the cluster.', list(text(''), ['nats://127.0.0.1:4222'])),
  subject: key(
    'Subject, which a stream must listen to; %rule, %priority and %source become those of the alert.',
    text('lanner.alerts'),
  ),
  credentials: key('File with user credentials.', text('')),
  token: key('Token.', text('')),
  user: key('Name of the user.', text('')),
  password: key('Password of the user.', text('')),
  tls: key(
    'Certificates; without this key the server decides whether the connection is encrypted.',
    optional(TLS),
  ),
});

const ALERTMANAGER = section({
  ...HTTP_KEYS,
  labels: key('Labels that every alert gets.', entries(text(''))),
  fields: key(
    'Fields that become labels; alerts with the same labels are one there.',
    list(text(''), ['container.id', 'proc.name']),
  ),
  resolve_after: key('When an alert counts as resolved.', duration('15m', '30d')),
});

/** Facilities of syslog, in the order of their numbers (RFC 5424, section 6.2.1). */
export const FACILITIES = [
  ...([
    'kern',
    'user',
    'mail',
    'daemon',
    'auth',
    'syslog',
    'lpr',
    'news',
    'uucp',
    'cron',
    'authpriv',
  ] as const),
  ...(['ftp', 'ntp', 'audit', 'alert', 'clock', 'local0', 'local1', 'local2', 'local3', 'local4'] as const),
  ...(['local5', 'local6', 'local7'] as const),
] as const;

const SYSLOG_TRANSPORTS = ['udp', 'tcp', 'tls'] as const;

const SYSLOG = section({
  transport: key('udp, tcp or tls.', choice(SYSLOG_TRANSPORTS, 'tls')),
  host: key('Host of the receiver.', text('127.0.0.1')),
  port: key('Its port; 0 for the usual one: 514, 601 or 6514.', integer(0, 0, 65_535)),
  facility: key('Facility of the messages.', choice(FACILITIES, 'user')),
  app_name: key('What Lanner calls itself there.', text('lanner')),
  tls: key('Certificates.', TLS),
});

/** The kinds of receivers, by the key that says which one it is. */
const KINDS = {
  http: key('A web server: several alerts as lines of one POST.', optional(HTTP)),
  elasticsearch: key('Elasticsearch or OpenSearch, with the bulk API.', optional(ELASTICSEARCH)),
  fluentd: key('Fluentd or Fluent Bit, with the Forward protocol.', optional(FLUENTD)),
  nats: key('NATS JetStream.', optional(NATS)),
  alertmanager: key('Prometheus Alertmanager.', optional(ALERTMANAGER)),
  slack: key('An incoming webhook of Slack, Mattermost or the like.', optional(HTTP)),
  syslog: key('Syslog over the network, RFC 5424.', optional(SYSLOG)),
} as const;

const RECEIVER_KEYS = section({
  name: key('Name in messages, and of the folder of its spool; letters, digits, `-` and `_`.', text('')),
  ...KINDS,
  format: key('Format of the alerts; json where nothing is said.', FORMAT),
  filter: key('Which alerts it gets.', FILTER),
  batch: key('Alerts that are sent at once, at most.', integer(200, 1, 10_000)),
  timeout: key('How long the receiver may take to confirm.', duration('10s', '10m')),
});

export type ReceiverSettings = ValueOf<typeof RECEIVER_KEYS>;
type ReceiverKind = keyof typeof KINDS;

function kindsIn(settings: ReceiverSettings): ReceiverKind[] {
  return (Object.keys(KINDS) as ReceiverKind[]).filter((kind) => settings[kind] !== undefined);
}

const NAME = /^[\w-]+$/;

/** One receiver; exactly one kind, and a name that can be that of a folder. */
export const RECEIVER: Shape<ReceiverSettings> = {
  ...RECEIVER_KEYS,
  read(node, path, findings) {
    const settings = RECEIVER_KEYS.read(node, path, findings);
    if (node.kind === 'map') check(settings, node, path, findings);
    return settings;
  },
};

function check(settings: ReceiverSettings, node: ConfigNode, path: string, { errors }: Findings): void {
  const kinds = kindsIn(settings);
  const known = Object.keys(KINDS).join(', ');
  if (kinds.length === 0) errors.push(`${node.place}: ${path} needs one of the keys ${known}`);
  if (kinds.length > 1) errors.push(`${node.place}: ${path} can be one of ${kinds.join(' and ')}, not both`);
  if (!NAME.test(settings.name))
    errors.push(`${node.place}: ${path}.name must be made of letters, digits, - and _`);
}
