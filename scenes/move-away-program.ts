import { host, scene } from '../src/scenes/scene.ts';
import { file, move, run } from '../src/scenes/steps.ts';

export default scene({
  name: 'move-away-program',
  story: 'An intruder renames a program of the system, to put his own version in its place.',
  technique: 'T1222.002',
  place: host,
  falco: ['Modify binary dirs'],
  lanner: ['System Binary Directory Changed'],
  setUp: [file('/usr/bin/ps')],
  steps: [run('implant', { does: [move('/usr/bin/ps', '/usr/bin/ps.old')] })],
  twin: {
    because: 'the package manager replaces the program.',
    setUp: [file('/usr/bin/ps')],
    steps: [run('dpkg', { does: [move('/usr/bin/ps', '/usr/bin/ps.dpkg-tmp')] })],
  },
});
