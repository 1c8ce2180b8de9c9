import { container, scene } from '../src/scenes/scene.ts';
import { become, logIn } from '../src/scenes/steps.ts';

export default scene({
  name: 'container-runs-as-root',
  story: 'The program of a container runs as root: whoever breaks into it is root at once.',
  technique: 'T1610',
  place: container(),
  falco: ['Container Run as Root User'],
  lanner: [],
  steps: [become('server')],
  twin: {
    because: 'the program runs as another user.',
    place: container('SETUID', 'SETGID'),
    steps: [logIn(1000), become('server')],
  },
});
