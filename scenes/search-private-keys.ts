import { host, scene } from '../src/scenes/scene.ts';
import { run } from '../src/scenes/steps.ts';

export default scene({
  name: 'search-private-keys',
  story: 'An intruder searches the disk for private keys.',
  technique: 'T1552.001',
  place: host,
  falco: ['Search Private Keys or Passwords'],
  lanner: [],
  steps: [run('find', { with: ['/home', '-name', 'id_rsa'] })],
  twin: {
    because: 'a search for pictures.',
    steps: [run('find', { with: ['/home', '-name', '*.png'] })],
  },
});
