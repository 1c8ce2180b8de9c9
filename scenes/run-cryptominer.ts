import { host, scene } from '../src/scenes/scene.ts';
import { run } from '../src/scenes/steps.ts';

export default scene({
  name: 'run-cryptominer',
  story: 'A well-known miner is started on a machine that somebody else pays for.',
  technique: 'T1496',
  place: host,
  falco: ['Known Cryptominer Process Executed'],
  lanner: [],
  steps: [run('xmrig', { with: ['--config', '/srv/config.json'] })],
  twin: {
    because: 'a program with much to compute is started.',
    steps: [run('ffmpeg', { with: ['-i', '/srv/film'] })],
  },
});
