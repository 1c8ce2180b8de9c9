import { host, scene } from '../src/scenes/scene.ts';
import { append, run } from '../src/scenes/steps.ts';

export default scene({
  name: 'write-library',
  story: 'An intruder adds a library to those of the system, to be loaded by other programs.',
  technique: 'T1543',
  place: host,
  falco: ['Write below monitored dir'],
  lanner: [],
  steps: [run('implant', { does: [append('/usr/lib/libimplant.so', 'implant')] })],
  twin: {
    because: 'the package manager installs a library.',
    steps: [run('dpkg', { does: [append('/usr/lib/libc.so', 'library')] })],
  },
});
