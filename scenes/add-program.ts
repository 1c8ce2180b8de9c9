import { host, scene } from '../src/scenes/scene.ts';
import { append, run } from '../src/scenes/steps.ts';

export default scene({
  name: 'add-program',
  story: 'An intruder adds a program to those of the system, under a name that somebody will type.',
  technique: 'T1543',
  place: host,
  falco: ['Write below binary dir'],
  lanner: ['System Binary Directory Changed'],
  steps: [run('implant', { does: [append('/usr/bin/sl', 'implant')] })],
  twin: {
    because: 'the package manager installs a program.',
    steps: [run('dpkg', { does: [append('/usr/bin/sl', 'program')] })],
  },
});
