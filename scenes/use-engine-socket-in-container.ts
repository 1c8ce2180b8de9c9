import { container, scene } from '../src/scenes/scene.ts';
import { connectLocally, run } from '../src/scenes/steps.ts';

export default scene({
  name: 'use-engine-socket-in-container',
  story:
    "In a container that has the engine's socket, an attacker asks the engine for a container with all of the host's files.",
  technique: 'T1611',
  place: container(),
  falco: [],
  lanner: ['Container Runtime Socket Used in Container'],
  steps: [run('exploit', { does: [connectLocally('/run/docker.sock')] })],
  twin: {
    because: 'a program talks to its database through a socket.',
    steps: [run('server', { does: [connectLocally('/run/database.sock')] })],
  },
});
