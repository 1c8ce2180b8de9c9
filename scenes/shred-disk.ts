import { host, scene } from '../src/scenes/scene.ts';
import { run } from '../src/scenes/steps.ts';

export default scene({
  name: 'shred-disk',
  story: 'An attacker overwrites what is on the disks, so that nothing can be restored.',
  technique: 'T1485',
  place: host,
  falco: ['Remove Bulk Data from Disk'],
  lanner: [],
  steps: [run('shred', { with: ['--remove', '/dev/sda'] })],
  twin: {
    because: 'a single temporary file is removed.',
    steps: [run('rm', { with: ['/tmp/scratch'] })],
  },
});
