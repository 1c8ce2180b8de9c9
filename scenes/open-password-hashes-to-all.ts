import { host, scene } from '../src/scenes/scene.ts';
import { changeMode, run } from '../src/scenes/steps.ts';

export default scene({
  name: 'open-password-hashes-to-all',
  story: 'An intruder lets everybody read the password hashes.',
  technique: 'T1222.002',
  place: host,
  falco: [],
  lanner: ['Mode or Owner of Protected File Changed'],
  steps: [run('chmod', { with: ['644', '/etc/shadow'], does: [changeMode('/etc/shadow', '644')] })],
  twin: {
    because: 'the package manager sets the modes of what it installs.',
    steps: [run('dpkg', { does: [changeMode('/etc/shadow', '640')] })],
  },
});
