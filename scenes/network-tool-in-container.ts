import { container, scene } from '../src/scenes/scene.ts';
import { run } from '../src/scenes/steps.ts';

export default scene({
  name: 'network-tool-in-container',
  story: 'From a container that was broken into, an attacker searches the network for other machines.',
  technique: 'T1046',
  place: container(),
  falco: ['Launch Suspicious Network Tool in Container'],
  lanner: [],
  steps: [run('nmap', { with: ['-sn', '10.0.0.0/24'] })],
  twin: {
    because: 'a health check asks the service of the container itself.',
    steps: [run('curl', { with: ['http://localhost/health'] })],
  },
});
