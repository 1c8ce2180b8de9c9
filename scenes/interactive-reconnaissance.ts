import { host, scene } from '../src/scenes/scene.ts';
import { run, takeTerminal } from '../src/scenes/steps.ts';

export default scene({
  name: 'interactive-reconnaissance',
  story: 'Somebody who got a terminal asks first of all who he is.',
  technique: 'T1033',
  place: host,
  falco: ['Basic Interactive Reconnaissance'],
  lanner: [],
  steps: [run('login', { does: [takeTerminal, run('whoami')] })],
  twin: {
    because: 'a script asks the same, without a terminal.',
    steps: [run('script', { does: [run('whoami')] })],
  },
});
