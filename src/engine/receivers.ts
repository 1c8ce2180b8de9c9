/** From the settings of receivers to what delivers to them. */
import { hostname } from 'node:os';
import { join } from 'node:path';
import {
  FACILITIES,
  type HttpValues,
  type ReceiverSettings,
  type TlsValues,
} from '../config/receiver-settings.ts';
import type { Config } from '../config/schema.ts';
import { Delivery } from '../outputs/delivery/delivery.ts';
import { Spool } from '../outputs/delivery/spool.ts';
import type { Transport } from '../outputs/delivery/transport.ts';
import { Alertmanager } from '../outputs/receivers/alertmanager.ts';
import { Elasticsearch } from '../outputs/receivers/elasticsearch.ts';
import { Fluentd } from '../outputs/receivers/fluentd.ts';
import { HttpReceiver } from '../outputs/receivers/http.ts';
import type { HttpSettings } from '../outputs/receivers/http-client.ts';
import { Nats } from '../outputs/receivers/nats.ts';
import { Program } from '../outputs/receivers/program.ts';
import { Slack } from '../outputs/receivers/slack.ts';
import { LocalSyslog, StreamSyslog, UdpSyslog } from '../outputs/receivers/syslog.ts';
import type { TlsSettings } from '../outputs/receivers/tls.ts';

const MEGABYTE = 1024 * 1024;
const LOCAL_SYSLOG = '/dev/log';
/** Ports that IANA has given to syslog over UDP, TCP and TLS. */
const SYSLOG_PORTS = { udp: 514, tcp: 601, tls: 6514 } as const;

export type Log = (line: string) => void;

/** What a delivery needs beside its transport. */
export interface DeliveryRequest {
  /** Name of the folder of its spool. */
  readonly folder: string;
  readonly transport: Transport;
  readonly timeoutMs: number;
}

/** Opens a delivery, whose spool lies in a folder of its own. */
export function openDelivery(
  { folder, transport, timeoutMs }: DeliveryRequest,
  config: Config,
  log: Log,
): Delivery {
  const { delivery } = config;
  const openSpool = () =>
    new Spool({
      folder: join(delivery.spool_directory, folder),
      maxBytes: delivery.spool_mb * MEGABYTE,
      maxAgeMs: delivery.spool_age,
    });
  return new Delivery({
    transport,
    ...(delivery.spool ? { openSpool } : {}),
    memoryBytes: delivery.memory_mb * MEGABYTE,
    timeoutMs,
    pauseMs: { first: delivery.retry_first, longest: delivery.retry_longest },
    log,
  });
}

/** The machine's syslog, as Falco's `syslog_output`. */
export function localSyslog(): Transport {
  return new LocalSyslog(LOCAL_SYSLOG, { facility: FACILITIES.indexOf('user'), name: 'lanner' });
}

/** Falco's `program_output`. */
export function programTransport({ program_output: { program, keep_alive } }: Config): Transport {
  return new Program({ command: program, keepAlive: keep_alive });
}

/** Falco's `http_output`: one alert with each POST. Throws when its settings make no sense. */
export function httpTransport(config: Config, log: Log): Transport {
  const { http_output: http, json_output } = config;
  const isJson = http.format === undefined ? json_output : http.format !== 'text';
  const authorities = [http.ca_cert, http.ca_bundle, http.ca_path].filter((path) => path !== '');
  const certificate = { file: http.client_cert, key: http.client_key };
  return new HttpReceiver({
    url: http.url,
    headers: { 'User-Agent': http.user_agent },
    tls: { insecure: http.insecure, authorities, ...(http.mtls ? { certificate } : {}) },
    keepAlive: http.keep_alive,
    compress: http.compress_uploads,
    batch: 1,
    contentType: isJson ? 'application/json' : 'text/plain',
    ...(http.echo ? { onAnswer: (body) => log(`http output: ${body}`) } : {}),
  });
}

/** The transport of a receiver. Throws when its settings make no sense, or a certificate cannot be read. */
export function receiverTransport(settings: ReceiverSettings): Transport {
  const { batch, format, http, elasticsearch, fluentd, nats, alertmanager, slack, syslog } = settings;
  const contentType = format === 'text' ? 'text/plain' : 'application/json';
  if (http) return new HttpReceiver({ ...httpSettings(http), batch, contentType });
  if (elasticsearch) return elasticsearchTransport(elasticsearch, batch);
  if (fluentd) return fluentdTransport(fluentd, batch);
  if (nats) return natsTransport(nats, batch);
  if (slack) return new Slack(httpSettings(slack));
  if (syslog) return syslogTransport(syslog);
  if (alertmanager) {
    const { labels, fields, resolve_after: resolveMs } = alertmanager;
    return new Alertmanager({ ...httpSettings(alertmanager), labels, fields, resolveMs, batch });
  }
  throw new Error(`receiver ${settings.name} has no kind`);
}

type KindSettings<K extends keyof ReceiverSettings> = NonNullable<ReceiverSettings[K]>;

function elasticsearchTransport(settings: KindSettings<'elasticsearch'>, batch: number): Transport {
  const http = httpSettings(settings);
  const { index, api_key: key } = settings;
  const headers = key === '' ? http.headers : { ...http.headers, Authorization: `ApiKey ${key}` };
  return new Elasticsearch({ ...http, ...(headers ? { headers } : {}), index, batch });
}

function fluentdTransport(settings: KindSettings<'fluentd'>, batch: number): Transport {
  const { host, port, path, tag, tls, shared_key: sharedKey, user, password } = settings;
  const network = { host, port, ...(tls ? { tls: tlsSettings(tls) } : {}) };
  const login = user === '' ? {} : { user: { name: user, password } };
  return new Fluentd({
    address: path === '' ? network : { path },
    tag,
    batch,
    ...(sharedKey === '' ? {} : { security: { sharedKey, hostname: hostname(), ...login } }),
  });
}

function natsTransport(settings: KindSettings<'nats'>, batch: number): Transport {
  const { servers, subject, credentials, token, user, password, tls } = settings;
  return new Nats({
    servers,
    subject,
    batch,
    ...(credentials === '' ? {} : { credentials }),
    ...(token === '' ? {} : { token }),
    ...(user === '' ? {} : { user: { name: user, password } }),
    ...(tls ? { tls: tlsSettings(tls) } : {}),
  });
}

function syslogTransport(settings: KindSettings<'syslog'>): Transport {
  const { transport, host, port: given, facility, app_name: name, tls } = settings;
  const port = given === 0 ? SYSLOG_PORTS[transport] : given;
  const sender = { facility: FACILITIES.indexOf(facility), name };
  if (transport === 'udp') return new UdpSyslog({ host, port }, sender);
  const secure = transport === 'tls' ? { tls: tlsSettings(tls) } : {};
  return new StreamSyslog({ host, port, ...secure }, sender);
}

function httpSettings({ url, user, password, token, headers, tls, compress }: HttpValues): HttpSettings {
  const authorization =
    token !== ''
      ? { Authorization: `Bearer ${token}` }
      : user !== ''
        ? { Authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}` }
        : {};
  return {
    url,
    headers: { 'User-Agent': 'lanner', ...authorization, ...Object.fromEntries(headers) },
    tls: tlsSettings(tls),
    keepAlive: true,
    compress,
  };
}

function tlsSettings({ insecure, ca, cert, key }: TlsValues): TlsSettings {
  return { insecure, authorities: ca, ...(cert === '' ? {} : { certificate: { file: cert, key } }) };
}
