import { host, scene } from '../src/scenes/scene.ts';
import { run } from '../src/scenes/steps.ts';

export default scene({
  name: 'mine-by-stratum',
  story:
    'A miner is started on a machine that somebody else pays for; it gets its work over the Stratum protocol.',
  technique: 'T1496',
  place: host,
  falco: ['Detect crypto miners using the Stratum protocol'],
  lanner: [],
  steps: [run('worker', { with: ['-o', 'stratum+tcp://pool.example.org:3333', '-u', 'wallet'] })],
  twin: {
    because: 'a worker gets its tasks over HTTPS.',
    steps: [run('worker', { with: ['-o', 'https://tasks.example.org', '-u', 'worker-1'] })],
  },
});
