/** Settings about channels for alerts: files, streams, programs, servers. */
import { FILTER, FORMAT } from './receiver-settings.ts';
import { key, section } from './section.ts';
import { flag, integer, optional, text } from './shape.ts';

const OWN = { own: true } as const;

/** What every output can say of the alerts that it gets. */
const SELECTION = {
  format: key(
    'text, json, ecs (Elastic Common Schema) or ocsf; without it, as json_output says.',
    FORMAT,
    OWN,
  ),
  filter: key('Which alerts it gets.', FILTER, OWN),
} as const;

export const OUTPUTS_QUEUE = section({
  capacity: key(
    'Alerts that may wait in memory for an output; more are left out and counted. 0 for no limit but that of ' +
      'memory, see docs/outputs.md.',
    integer(0, 0, Number.MAX_SAFE_INTEGER),
  ),
});

export const STDOUT_OUTPUT = section({
  enabled: key('Alerts on standard output.', flag(true), { falco: 'absent false, shipped true' }),
  ...SELECTION,
});

export const JOURNAL_OUTPUT = section({
  enabled: key(
    "Alerts to systemd's journal, with fields of their own: PRIORITY, LANNER_RULE, LANNER_PROC_NAME and so on. " +
      'Standard output does the same where it goes to the journal, as that of a service does.',
    flag(false),
  ),
  ...SELECTION,
});

export const SYSLOG_OUTPUT = section({
  enabled: key("Alerts to the machine's syslog, with the rule's priority.", flag(false), {
    falco: 'absent false, shipped true',
  }),
  ...SELECTION,
});

const ROTATION = section({
  max_size_mb: key('Megabytes at which a new file is begun.', integer(100, 1, 1_000_000)),
  max_backups: key('Files that were moved aside and are kept; 0 for all.', integer(10, 0, 1_000_000)),
  max_age_days: key('Days after which such a file is removed; 0 for never.', integer(0, 0, 100_000)),
});

export const FILE_OUTPUT = section({
  enabled: key('Alerts appended to a file.', flag(false)),
  keep_alive: key(
    'Keep the file open; otherwise it is opened for each write, so that it can be moved away.',
    flag(false),
  ),
  filename: key('Path of the file.', text('./events.txt')),
  rotate: key('Moves the file aside when it is large. Absent: never.', optional(ROTATION), OWN),
  ...SELECTION,
});

export const PROGRAM_OUTPUT = section({
  enabled: key('Alerts on the standard input of a program.', flag(false)),
  keep_alive: key('Keep the program running; otherwise it is started for each alert.', flag(false)),
  program: key('The program, as a shell command.', text(''), { falco: 'shipped: an example' }),
  ...SELECTION,
});

export const HTTP_OUTPUT = section({
  enabled: key('Alerts to a web server, each with a POST.', flag(false)),
  url: key('Address of the server.', text('')),
  user_agent: key('What Lanner calls itself there.', text('falcosecurity/falco')),
  insecure: key("Do not check the server's certificate.", flag(false)),
  ca_cert: key('File with the certificate that signed that of the server.', text('')),
  ca_bundle: key('File with several such certificates.', text('')),
  ca_path: key('Folder with such certificates.', text('/etc/ssl/certs'), { falco: 'absent: empty' }),
  mtls: key('Show the server a certificate of our own.', flag(false)),
  client_cert: key('File with that certificate.', text('/etc/ssl/certs/client.crt')),
  client_key: key('File with its key.', text('/etc/ssl/certs/client.key')),
  echo: key("Print the server's answers.", flag(false)),
  compress_uploads: key('Compress what is sent.', flag(false)),
  keep_alive: key('Keep the connection open.', flag(false)),
  max_consecutive_timeouts: key(
    'How often an alert is sent again when the server does not answer in time.',
    integer(5, 0, 255),
    { idle: 'an alert is sent until the server has taken it, see delivery' },
  ),
  ...SELECTION,
});
