import { host, scene } from '../src/scenes/scene.ts';
import { append, file, run } from '../src/scenes/steps.ts';

export default scene({
  name: 'replace-account-program',
  story: 'An intruder replaces "chsh" by a version that notes the passwords.',
  technique: 'T1554',
  place: host,
  falco: ['Write below binary dir'],
  lanner: ['Account Executable Changed'],
  setUp: [file('/usr/bin/chsh')],
  steps: [run('implant', { does: [append('/usr/bin/chsh', 'implant')] })],
  twin: {
    because: 'the package manager brings a new version.',
    setUp: [file('/usr/bin/chsh')],
    steps: [run('dpkg', { does: [append('/usr/bin/chsh', 'program')] })],
  },
});
