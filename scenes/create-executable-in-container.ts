import { container, scene } from '../src/scenes/scene.ts';
import { create, run } from '../src/scenes/steps.ts';

export default scene({
  name: 'create-executable-in-container',
  story: 'In a container a new executable file is made: containers do not change what they can run.',
  technique: 'T1105',
  place: container(),
  falco: ['Container Drift Detected (open+create)'],
  lanner: [],
  steps: [run('loader', { does: [create('/srv/tool', '755')] })],
  twin: {
    because: 'a file of data is made.',
    steps: [run('loader', { does: [create('/srv/data', '644')] })],
  },
});
