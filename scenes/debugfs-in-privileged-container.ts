import { engineContainer, scene } from '../src/scenes/scene.ts';
import { run } from '../src/scenes/steps.ts';

export default scene({
  name: 'debugfs-in-privileged-container',
  story:
    'In a privileged container an attacker starts debugfs, to read and change the files of the host through its disk.',
  technique: 'T1611',
  place: engineContainer({ privileged: true }),
  falco: ['Debugfs Launched in Privileged Container'],
  lanner: [],
  steps: [run('debugfs', { with: ['-w', '/dev/sda1'] })],
  twin: {
    because: 'the container has no privileges, so that debugfs reaches nothing but images in files.',
    place: engineContainer({}),
    steps: [run('debugfs', { with: ['image'] })],
  },
});
