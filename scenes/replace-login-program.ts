import { host, scene } from '../src/scenes/scene.ts';
import { append, file, run } from '../src/scenes/steps.ts';

export default scene({
  name: 'replace-login-program',
  story: 'An intruder replaces "login" by a version that notes the passwords.',
  technique: 'T1556.003',
  place: host,
  falco: ['Write below binary dir'],
  lanner: ['Login Executable Changed'],
  setUp: [file('/usr/bin/login')],
  steps: [run('implant', { does: [append('/usr/bin/login', 'implant')] })],
  twin: {
    because: 'the package manager brings a new version.',
    setUp: [file('/usr/bin/login')],
    steps: [run('dpkg', { does: [append('/usr/bin/login', 'program')] })],
  },
});
