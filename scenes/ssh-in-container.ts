import { container, host, scene } from '../src/scenes/scene.ts';
import { run } from '../src/scenes/steps.ts';

export default scene({
  name: 'ssh-in-container',
  story: 'In a container an intruder starts an SSH client, to go on to the next machine.',
  technique: 'T1021.004',
  place: container(),
  falco: [],
  lanner: ['SSH Program in Container'],
  steps: [run('ssh', { with: ['10.0.0.5'] })],
  twin: {
    because: 'the administrator uses SSH on the host.',
    place: host,
    steps: [run('ssh', { with: ['10.0.0.5'] })],
  },
});
