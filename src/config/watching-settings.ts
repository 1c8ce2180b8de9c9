/** Settings about what Lanner says of itself: log, metrics, web server. */
import { key, section } from './section.ts';
import { choice, duration, flag, integer, ipAddress, text } from './shape.ts';

/** From the most to the least severe; the index is the syslog number. */
export const LOG_LEVELS = [
  'emergency',
  'alert',
  'critical',
  'error',
  'warning',
  'notice',
  'info',
  'debug',
] as const;

export type LogLevel = (typeof LOG_LEVELS)[number];

export const LOG_LEVEL = choice(LOG_LEVELS, 'info', { informational: 'info' });

export const LIBS_LOGGER = section({
  enabled: key("Log what Falco's libraries say.", flag(true), { falco: 'absent false' }),
  severity: key('From which level on.', choice([...LOG_LEVELS, 'fatal', 'trace'], 'info'), {
    falco: 'absent debug',
  }),
});

export const WEBSERVER = section({
  enabled: key('Answer questions over HTTP.', flag(false), { falco: 'absent false, shipped true' }),
  threadiness: key('Threads that answer; 0 for as many as there are CPUs.', integer(0, 0, 65_536), {
    idle: 'questions are answered between events',
  }),
  listen_port: key('Port; 0 for any that is free, which the log tells.', integer(8765, 0, 65_535)),
  listen_address: key('Address; 0.0.0.0 for all of the machine.', ipAddress('127.0.0.1'), {
    falco: '0.0.0.0',
  }),
  k8s_healthz_endpoint: key('Path that says whether Lanner works.', text('/healthz')),
  prometheus_metrics_enabled: key(
    'Metrics for Prometheus under /metrics, with metrics.enabled.',
    flag(false),
  ),
  ssl_enabled: key('HTTPS instead of HTTP.', flag(false)),
  ssl_certificate: key('File with certificate and key, in PEM.', text('/etc/falco/falco.pem')),
});

const GROUP_DEFAULT = flag(true);

export const METRICS = section({
  enabled: key('Measure.', flag(false)),
  interval: key('How often the metrics are told; 0 for never.', duration('1h', '52w'), {
    falco: 'absent 5000',
  }),
  output_rule: key('As an internal alert.', flag(true), { falco: 'absent false' }),
  output_file: key('As JSON lines in this file.', text('')),
  rules_counters_enabled: key('Alerts per rule.', GROUP_DEFAULT),
  resource_utilization_enabled: key('CPU and memory.', GROUP_DEFAULT),
  state_counters_enabled: key('The model of the machine.', GROUP_DEFAULT),
  kernel_event_counters_enabled: key('Events and losses.', GROUP_DEFAULT),
  kernel_event_counters_per_cpu_enabled: key('The same for each CPU.', flag(false), {
    falco: 'absent true',
  }),
  libbpf_stats_enabled: key('Time that the programs of the probe take.', GROUP_DEFAULT, {
    idle: 'Lanner does not turn on the measuring in the kernel, which costs time at every event: "sysctl kernel.bpf_stats_enabled=1", then "bpftool prog"',
  }),
  plugins_metrics_enabled: key("What Falco's container plugin measures.", GROUP_DEFAULT),
  kernel_iter_event_counters_enabled: key('Events of the look at what runs at the start.', GROUP_DEFAULT, {
    idle: 'Lanner reads /proc at the start',
  }),
  jemalloc_stats_enabled: key("Falco's memory allocator.", flag(false), {
    falco: 'absent true',
    idle: 'Lanner has another allocator',
  }),
  convert_memory_to_mb: key('Memory in megabytes.', GROUP_DEFAULT),
  include_empty_values: key('Also what is zero.', flag(false)),
});
