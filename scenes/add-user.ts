import { host, scene } from '../src/scenes/scene.ts';
import { run } from '../src/scenes/steps.ts';

export default scene({
  name: 'add-user',
  story: 'An intruder makes an account for himself.',
  technique: 'T1136.001',
  place: host,
  falco: ['User mgmt binaries'],
  lanner: ['Account Program Executed'],
  steps: [run('/usr/sbin/useradd', { with: ['intruder'] })],
  twin: {
    because: 'somebody looks up which account he has.',
    steps: [run('id', { with: ['root'] })],
  },
});
