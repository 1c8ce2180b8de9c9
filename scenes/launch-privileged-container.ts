import { engineContainer, scene } from '../src/scenes/scene.ts';
import { become } from '../src/scenes/steps.ts';

export default scene({
  name: 'launch-privileged-container',
  story: 'An attacker who may start containers starts a privileged one, from which the host is within reach.',
  technique: 'T1610',
  place: engineContainer({ privileged: true }),
  falco: ['Launch Privileged Container'],
  lanner: [],
  steps: [become('server')],
  twin: {
    because: 'a container without privileges is started.',
    place: engineContainer({}),
    steps: [become('server')],
  },
});
