import { host, scene } from '../src/scenes/scene.ts';
import { accept, run } from '../src/scenes/steps.ts';

export default scene({
  name: 'interpreter-accepts-connection',
  story: 'A script opens a port and waits for its master: a back door in a few lines of Python.',
  technique: 'T1059.006',
  place: host,
  falco: ['Interpreted procs inbound network activity'],
  lanner: [],
  steps: [run('python3', { with: ['door.py'], does: [accept('198.51.100.1', 4711)] })],
  twin: {
    because: 'a script serves its own machine only.',
    steps: [run('python3', { with: ['server.py'], does: [accept('127.0.0.1', 4711)] })],
  },
});
