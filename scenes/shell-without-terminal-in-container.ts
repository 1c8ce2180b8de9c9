import { container, scene } from '../src/scenes/scene.ts';
import { become, run } from '../src/scenes/steps.ts';

export default scene({
  name: 'shell-without-terminal-in-container',
  story: 'The program of a container starts a shell: somebody has made it run commands.',
  technique: 'T1059.004',
  place: container(),
  falco: [],
  lanner: ['Shell Without Terminal in Container'],
  steps: [run('server', { does: [run('/bin/sh', { with: ['-c', 'id'] })] })],
  twin: {
    because: 'the container begins with a script, as many do.',
    steps: [become('/bin/sh', { with: ['/entrypoint.sh'] })],
  },
});
