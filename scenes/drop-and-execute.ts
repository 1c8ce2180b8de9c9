import { container, scene } from '../src/scenes/scene.ts';
import { copyProgram, run } from '../src/scenes/steps.ts';

export default scene({
  name: 'drop-and-execute',
  story: 'An intruder brings a tool into a container and runs it: it is not part of the image.',
  technique: 'T1105',
  place: container(),
  falco: ['Drop and execute new binary in container'],
  lanner: ['Program Added to Container Executed'],
  steps: [copyProgram('/usr/bin/lanner-stage', '/srv/tool'), run('/srv/tool', { isMade: true })],
  twin: {
    because: 'a program of the image is run.',
    steps: [run('server')],
  },
});
