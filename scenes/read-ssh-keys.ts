import { host, scene } from '../src/scenes/scene.ts';
import { file, list, read, run } from '../src/scenes/steps.ts';

export default scene({
  name: 'read-ssh-keys',
  story: "An intruder copies root's SSH keys, to reach the machines that they open.",
  technique: 'T1552.004',
  place: host,
  falco: ['Read ssh information'],
  lanner: ['SSH Private Key Read'],
  setUp: [file('/root/.ssh/id_ed25519', 'no key\n')],
  steps: [run('tar', { does: [list('/root/.ssh'), read('/root/.ssh/id_ed25519')] })],
  twin: {
    because: 'ssh reads its own key.',
    setUp: [file('/root/.ssh/id_ed25519', 'no key\n')],
    steps: [run('ssh', { does: [read('/root/.ssh/id_ed25519')] })],
  },
});
