import { container, scene } from '../src/scenes/scene.ts';
import { become } from '../src/scenes/steps.ts';

export default scene({
  name: 'launch-excessively-capable-container',
  story: 'An attacker who may start containers starts one with capabilities that reach out of it.',
  technique: 'T1610',
  place: container('SYS_ADMIN', 'NET_ADMIN'),
  falco: ['Launch Excessively Capable Container'],
  lanner: [],
  steps: [become('server')],
  twin: {
    because: 'the container has what a server needs.',
    place: container('NET_BIND_SERVICE', 'SETUID'),
    steps: [become('server')],
  },
});
