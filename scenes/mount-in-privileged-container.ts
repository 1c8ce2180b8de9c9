import { engineContainer, scene } from '../src/scenes/scene.ts';
import { run } from '../src/scenes/steps.ts';

export default scene({
  name: 'mount-in-privileged-container',
  story: "In a privileged container an attacker mounts the host's disk, and has all of its files.",
  technique: 'T1611',
  place: engineContainer({ privileged: true }),
  falco: ['Mount Launched in Privileged Container'],
  lanner: [],
  steps: [run('mount', { with: ['/dev/sda1', '/mnt'] })],
  twin: {
    because: 'mount only shows what is mounted.',
    steps: [run('mount', { with: ['-l'] })],
  },
});
