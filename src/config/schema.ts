/**
 * The configuration: every key with its meaning and its default, named as in falco.yaml, so that one name leads
 * from a user's file to the code. What TypeScript knows of the configuration, what is checked, `--config-schema`
 * and docs/configuration.md come from here. Defaults are those of the falco.yaml that Falco ships, where nothing
 * else is said.
 */
import { PRIORITIES } from '../rules/checked.ts';
import { CAPTURE } from './capture-settings.ts';
import { CONSOLE } from './console-settings.ts';
import {
  BASE_SYSCALLS,
  CONTAINER_ENGINES,
  ENGINE,
  FALCO_LIBS,
  HOST_NAMES,
  LIMITS,
  SYSCALL_EVENT_DROPS,
  SYSCALL_EVENT_TIMEOUTS,
} from './engine-settings.ts';
import { CONFIG_FILE, PLUGIN } from './include-settings.ts';
import { KUBERNETES } from './kubernetes-settings.ts';
import { FOLD, RATE_LIMIT } from './noise-settings.ts';
import {
  FILE_OUTPUT,
  HTTP_OUTPUT,
  JOURNAL_OUTPUT,
  OUTPUTS_QUEUE,
  PROGRAM_OUTPUT,
  STDOUT_OUTPUT,
  SYSLOG_OUTPUT,
} from './output-settings.ts';
import { DELIVERY, RECEIVER } from './receiver-settings.ts';
import { OUTPUT_ADDITION, RULE_SELECTION } from './rule-settings.ts';
import { key, section } from './section.ts';
import { choice, entries, flag, integer, list, text, type ValueOf } from './shape.ts';
import { STORE } from './store-settings.ts';
import { LIBS_LOGGER, LOG_LEVEL, METRICS, WEBSERVER } from './watching-settings.ts';

const RULE_MATCHING = ['first', 'all'] as const;

const LATER = { idle: 'later' } as const;

export const SCHEMA = section({
  config_files: key(
    'Further files, and folders of files in the order of their names (not those below them), that are merged ' +
      'into this one, key by key of the first level. Each is a path, or a mapping with path and strategy. One ' +
      'that does not exist is passed over. Only the first file can have this key.',
    list(CONFIG_FILE, []),
    { falco: 'shipped /etc/falco/config.d' },
  ),
  watch_config_files: key('Reload when a file of the configuration or of the rules changes.', flag(true)),

  rules_files: key(
    "Files and folders of rules, in order; those that are not there are passed over. Without any, Lanner's own.",
    list(text(''), []),
    { falco: 'shipped /etc/falco/falco_rules.yaml, /etc/falco/falco_rules.local.yaml, /etc/falco/rules.d' },
  ),
  rule_files: key('Old name of rules_files.', list(text(''), [])),
  rules: key('Turns rules on and off, in order; later entries win.', list(RULE_SELECTION, [])),
  priority: key(
    'Rules less severe than this are loaded but never asked.',
    choice(PRIORITIES, 'Debug', { info: 'Informational' }),
  ),
  rule_matching: key(
    'Whether an event stops at the first rule that it matches (first), or goes on (all).',
    choice(RULE_MATCHING, 'first'),
  ),
  append_output: key('What outputs get beside what the rule says.', list(OUTPUT_ADDITION, []), {
    falco: 'shipped: one entry with suggested_output; rules of Lanner say themselves where an event is from',
  }),
  static_fields: key('Fields `static.NAME` that have the same text in every event.', entries(text(''))),

  json_output: key('Alerts as JSON instead of text.', flag(false)),
  json_include_output_property: key('JSON alerts have `output`, the line of text.', flag(true)),
  json_include_message_property: key(
    'JSON alerts have `message`, the text without time and priority.',
    flag(false),
  ),
  json_include_output_fields_property: key('JSON alerts have `output_fields`.', flag(true)),
  json_include_tags_property: key('JSON alerts have `tags`.', flag(true)),
  time_format_iso_8601: key('Times of alerts and log in ISO 8601.', flag(false)),
  buffer_format_base64: key('Bytes of data in base64 instead of text.', flag(false), LATER),
  buffered_outputs: key(
    'Taken, and without effect: every line is written at once, lines that wait are written together.',
    flag(false),
  ),
  fold: key('Alerts that are alike told as one, see docs/outputs.md.', FOLD, { own: true }),
  rate_limits: key(
    'How many alerts rules may raise; what is held back is counted and told once a minute.',
    list(RATE_LIMIT, []),
    { own: true },
  ),
  outputs_queue: key('The queue in front of each output.', OUTPUTS_QUEUE),
  output_timeout: key(
    'Milliseconds that an output may take. What syslog, a program or a web server has not confirmed by then is sent ' +
      'again; of the others it is logged.',
    integer(2000, 1, 3_600_000),
  ),
  stdout_output: key('Standard output.', STDOUT_OUTPUT),
  journal_output: key("systemd's journal.", JOURNAL_OUTPUT, { own: true }),
  syslog_output: key('Syslog of this machine.', SYSLOG_OUTPUT),
  file_output: key('A file.', FILE_OUTPUT),
  program_output: key('A program.', PROGRAM_OUTPUT),
  http_output: key('A web server.', HTTP_OUTPUT),
  store: key('Alerts kept on this machine, to be searched with `lanner alerts`.', STORE, { own: true }),
  receivers: key('Further receivers, see docs/outputs.md.', list(RECEIVER, []), { own: true }),
  delivery: key(
    'How alerts wait for syslog, programs, web servers and receivers, and are sent again.',
    DELIVERY,
    { own: true },
  ),

  engine: key('Where events come from.', ENGINE),
  host_root: key(
    'Where the machine is seen from within a container: its processes, users, services and sockets of container ' +
      'engines are looked for below this folder, as in `/proc/1/root` with the process ids of the host, or `/host`. ' +
      'Empty: as the environment variable HOST_ROOT says, otherwise on the machine itself.',
    text(''),
    { own: true, restart: true },
  ),
  container_engines: key('Where container engines are asked about containers.', CONTAINER_ENGINES, {
    own: true,
  }),
  load_plugins: key("Which of Falco's plugins are meant; without it, all in plugins.", list(text(''), [])),
  plugins: key(
    "Falco's plugins. Lanner loads no libraries: what container, k8saudit and json do it does itself, and " +
      'others are named in a warning.',
    list(PLUGIN, []),
    { falco: 'shipped: container' },
  ),
  plugins_hostinfo: key('Tell plugins about the machine.', flag(true), {
    idle: 'Lanner loads no plugins',
  }),
  capture: key('Recording what surrounds an alert.', CAPTURE, { restart: true }),
  base_syscalls: key('Which system calls are traced beside those of the rules.', BASE_SYSCALLS),
  falco_libs: key('The model of the machine.', FALCO_LIBS, { restart: true }),
  kubernetes: key('What Lanner does for a cluster.', KUBERNETES, { own: true }),
  limits: key('What Lanner may use.', LIMITS, { own: true }),
  host_names: key('Names of hosts in conditions, as in fd.sip.name = example.com.', HOST_NAMES, {
    own: true,
  }),
  syscall_event_drops: key('What to do when events are lost.', SYSCALL_EVENT_DROPS),
  syscall_event_timeouts: key('What to do when no events come.', SYSCALL_EVENT_TIMEOUTS),

  log_stderr: key('Log to standard error.', flag(true), { falco: 'absent false' }),
  log_syslog: key('Log to syslog as well. As a service the log is in the journal already.', flag(false), {
    falco: 'absent and shipped true',
  }),
  log_level: key('How severe a line must be to be logged.', LOG_LEVEL),
  libs_logger: key("The log of Falco's libraries.", LIBS_LOGGER, {
    idle: 'Lanner has no such libraries; what its own parts say is in its log',
  }),
  metrics: key('Numbers about Lanner itself, see docs/metrics.md.', METRICS),
  webserver: key('A web server that says whether Lanner works, see docs/metrics.md.', WEBSERVER),
  console: key('Web pages of alerts, rules and health, see docs/console.md.', CONSOLE, { own: true }),
});

export type Config = ValueOf<typeof SCHEMA>;
