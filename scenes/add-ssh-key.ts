import { host, scene } from '../src/scenes/scene.ts';
import { append, file, run } from '../src/scenes/steps.ts';

export default scene({
  name: 'add-ssh-key',
  story: 'An intruder adds an SSH key to an account, to be able to come back at any time.',
  technique: 'T1098.004',
  place: host,
  falco: ['Adding ssh keys to authorized_keys'],
  lanner: ['SSH Access Changed'],
  setUp: [file('/root/.ssh/known_hosts')],
  steps: [run('implant', { does: [append('/root/.ssh/authorized_keys', 'ssh-ed25519 AAAA intruder\n')] })],
  twin: {
    because: 'a key is generated, which changes nothing about who may log in.',
    setUp: [file('/home/user/.ssh/known_hosts')],
    steps: [run('ssh-keygen', { does: [append('/home/user/.ssh/id_ed25519', 'no key\n')] })],
  },
});
