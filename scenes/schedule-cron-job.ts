import { host, scene } from '../src/scenes/scene.ts';
import { append, file, read, run } from '../src/scenes/steps.ts';

export default scene({
  name: 'schedule-cron-job',
  story: 'An intruder adds a job to cron: it runs again and again, also after a restart.',
  technique: 'T1053.003',
  place: host,
  falco: ['Schedule Cron Jobs'],
  lanner: ['Security Configuration Changed'],
  setUp: [file('/etc/cron.d/.placeholder')],
  steps: [run('implant', { does: [append('/etc/cron.d/job', '* * * * * root /srv/implant\n')] })],
  twin: {
    because: 'cron reads its jobs.',
    setUp: [file('/etc/cron.d/job')],
    steps: [run('/usr/sbin/cron', { does: [read('/etc/cron.d/job')] })],
  },
});
