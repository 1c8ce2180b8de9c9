import { host, scene } from '../src/scenes/scene.ts';
import { connect, run } from '../src/scenes/steps.ts';

export default scene({
  name: 'udp-to-unusual-port',
  story: 'Data leaves the machine in datagrams to a port that nothing here uses.',
  technique: 'T1048.003',
  place: host,
  falco: ['Unexpected UDP Traffic'],
  lanner: [],
  steps: [run('implant', { does: [connect('udp', '198.51.100.7', 4453)] })],
  twin: {
    because: 'a name server is asked.',
    steps: [run('resolver', { does: [connect('udp', '198.51.100.53', 53)] })],
  },
});
