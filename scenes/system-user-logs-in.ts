import { host, scene } from '../src/scenes/scene.ts';
import { logIn, run } from '../src/scenes/steps.ts';

export default scene({
  name: 'system-user-logs-in',
  story:
    'Somebody logs in as a user of the system that never does, with a password that was set by an intruder.',
  technique: 'T1078.003',
  place: host,
  falco: ['System user interactive'],
  lanner: [],
  steps: [run('/usr/sbin/sshd', { does: [logIn(1), run('/bin/sh')] })],
  twin: {
    because: 'an ordinary user logs in.',
    steps: [run('/usr/sbin/sshd', { does: [logIn(1000), run('/bin/sh')] })],
  },
});
