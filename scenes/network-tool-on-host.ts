import { host, scene } from '../src/scenes/scene.ts';
import { run } from '../src/scenes/steps.ts';

export default scene({
  name: 'network-tool-on-host',
  story: 'On the host an intruder searches the network for other machines.',
  technique: 'T1046',
  place: host,
  falco: ['Launch Suspicious Network Tool on Host'],
  lanner: [],
  steps: [run('nmap', { with: ['-sn', '10.0.0.0/24'] })],
  twin: {
    because: 'the addresses of the host are looked at.',
    steps: [run('ip', { with: ['address'] })],
  },
});
