import { host, scene } from '../src/scenes/scene.ts';
import { read, run } from '../src/scenes/steps.ts';

export default scene({
  name: 'read-password-hashes',
  story: 'Having become root, an intruder copies the password hashes, to crack them elsewhere.',
  technique: 'T1003.008',
  place: host,
  falco: ['Read sensitive file untrusted'],
  lanner: ['Sensitive File Read by Untrusted Program'],
  steps: [run('cat', { with: ['/etc/shadow'], does: [read('/etc/shadow')] })],
  twin: {
    because: 'passwd reads the hashes to check a password: that is what they are for.',
    steps: [run('passwd', { does: [read('/etc/shadow')] })],
  },
});
