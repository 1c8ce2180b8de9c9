import { host, scene } from '../src/scenes/scene.ts';
import { linkHard, run } from '../src/scenes/steps.ts';

export default scene({
  name: 'hardlink-to-password-hashes',
  story:
    'An attacker gives /etc/shadow a second name, to have a privileged program change it that takes the name for a file of his.',
  technique: 'T1555',
  place: host,
  falco: ['Create Hardlink Over Sensitive Files'],
  lanner: ['Hard Link to Sensitive File'],
  steps: [
    run('ln', { with: ['/etc/shadow', '/root/notes'], does: [linkHard('/etc/shadow', '/root/notes')] }),
  ],
  twin: {
    because: 'a file without secrets gets a second name.',
    steps: [
      run('ln', { with: ['/etc/hosts', '/root/notes'], does: [linkHard('/etc/hosts', '/root/notes')] }),
    ],
  },
});
