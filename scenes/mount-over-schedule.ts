import { host, scene } from '../src/scenes/scene.ts';
import { mount, run } from '../src/scenes/steps.ts';

export default scene({
  name: 'mount-over-schedule',
  story:
    'An intruder mounts a file system over the directory of jobs, which then holds others although no file in it has changed.',
  technique: 'T1564',
  place: host,
  falco: [],
  lanner: ['Mount Hides File or Process'],
  steps: [run('mount', { does: [mount('tmpfs', '/etc/cron.d')] })],
  twin: {
    because: 'a program for sandboxes shows one of them an empty directory.',
    steps: [run('bwrap', { does: [mount('tmpfs', '/etc/cron.d')] })],
  },
});
