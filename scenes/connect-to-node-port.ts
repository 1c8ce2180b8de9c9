import { container, scene } from '../src/scenes/scene.ts';
import { connect, run } from '../src/scenes/steps.ts';

export default scene({
  name: 'connect-to-node-port',
  story:
    'From a container an attacker reaches for other services through the ports that the nodes have open for them.',
  technique: 'T1205.001',
  place: container(),
  falco: ['Unexpected K8s NodePort Connection'],
  lanner: [],
  steps: [run('implant', { does: [connect('tcp', '10.0.0.5', 30080)] })],
  twin: {
    because: 'the service is asked at its own address.',
    steps: [run('client', { does: [connect('tcp', '10.0.0.5', 8080)] })],
  },
});
