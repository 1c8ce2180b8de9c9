import { host, scene } from '../src/scenes/scene.ts';
import { append, file, run } from '../src/scenes/steps.ts';

export default scene({
  name: 'replace-core-tool',
  story: 'An intruder replaces "ls" by a version that does not show his files.',
  technique: 'T1554',
  place: host,
  falco: ['Write below binary dir'],
  lanner: ['Coreutils Executable Changed'],
  setUp: [file('/usr/bin/ls')],
  steps: [run('implant', { does: [append('/usr/bin/ls', 'implant')] })],
  twin: {
    because: 'the package manager brings a new version.',
    setUp: [file('/usr/bin/ls')],
    steps: [run('dpkg', { does: [append('/usr/bin/ls', 'program')] })],
  },
});
