import { container, scene } from '../src/scenes/scene.ts';
import { become, takeTerminal } from '../src/scenes/steps.ts';

export default scene({
  name: 'terminal-shell-in-container',
  story:
    'Somebody with access to the container engine opens an interactive shell in a container, to look around.',
  technique: 'T1059.004',
  place: container(),
  falco: ['Terminal shell in container'],
  lanner: ['Shell With Terminal in Container'],
  steps: [takeTerminal, become('sh')],
  twin: {
    because: 'the container has a terminal, but its program is a server and no shell.',
    steps: [takeTerminal, become('server')],
  },
});
