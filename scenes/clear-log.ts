import { host, scene } from '../src/scenes/scene.ts';
import { append, empty, file, run } from '../src/scenes/steps.ts';

export default scene({
  name: 'clear-log',
  story: 'An intruder empties the system log, so that nobody can follow what happened.',
  technique: 'T1070.002',
  place: host,
  falco: ['Clear Log Activities'],
  lanner: [],
  setUp: [file('/var/log/syslog', 'sshd: accepted\n')],
  steps: [run('cleaner', { does: [empty('/var/log/syslog')] })],
  twin: {
    because: 'rsyslogd appends to the log, as it does all day.',
    steps: [run('rsyslogd', { does: [append('/var/log/syslog', 'cron: done\n')] })],
  },
});
