import { host, scene } from '../src/scenes/scene.ts';
import { connect, connectByName, run } from '../src/scenes/steps.ts';

export default scene({
  name: 'connect-to-mining-pool',
  story:
    'A miner connects to its pool. Nothing leaves the machine, but the name of the pool is looked up; where it is not known, the scene is skipped.',
  technique: 'T1496',
  place: host,
  falco: ['Detect outbound connections to common miner pool ports'],
  lanner: [],
  steps: [run('worker', { does: [connectByName('xmr-eu1.nanopool.org', 14444)] })],
  twin: {
    because: 'a service that is no pool has the same port.',
    steps: [run('worker', { does: [connect('tcp', '198.51.100.10', 14444)] })],
  },
});
