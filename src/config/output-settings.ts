/** Settings about channels for alerts: files, streams, programs, servers. */
import { key, section } from './section.ts';
import { flag, integer, text } from './shape.ts';

export const OUTPUTS_QUEUE = section({
  capacity: key(
    'Alerts that may wait for the outputs; 0 for no limit.',
    integer(0, 0, Number.MAX_SAFE_INTEGER),
  ),
});

export const STDOUT_OUTPUT = section({
  enabled: key('Alerts on standard output.', flag(true), { falco: 'absent false, shipped true' }),
});

export const JOURNAL_OUTPUT = section({
  enabled: key(
    "Alerts to systemd's journal, with fields of their own: PRIORITY, LANNER_RULE, LANNER_PROC_NAME and so on. " +
      'Standard output does the same where it goes to the journal, as that of a service does.',
    flag(false),
  ),
});

export const SYSLOG_OUTPUT = section({
  enabled: key("Alerts to the machine's syslog, with the rule's priority.", flag(false), {
    falco: 'absent false, shipped true',
  }),
});

export const FILE_OUTPUT = section({
  enabled: key('Alerts appended to a file.', flag(false)),
  keep_alive: key(
    'Keep the file open; otherwise it is opened for each write, so that it can be moved away.',
    flag(false),
  ),
  filename: key('Path of the file.', text('./events.txt')),
});

export const PROGRAM_OUTPUT = section({
  enabled: key('Alerts on the standard input of a program.', flag(false)),
  keep_alive: key('Keep the program running; otherwise it is started for each alert.', flag(false)),
  program: key('The program, as a shell command.', text(''), { falco: 'shipped: an example' }),
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
  ),
});
