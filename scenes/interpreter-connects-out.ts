import { host, scene } from '../src/scenes/scene.ts';
import { connect, run } from '../src/scenes/steps.ts';

export default scene({
  name: 'interpreter-connects-out',
  story: 'A script connects to its master on the Internet, and does as it is told.',
  technique: 'T1059.006',
  place: host,
  falco: ['Interpreted procs outbound network activity'],
  lanner: [],
  steps: [run('python3', { with: ['agent.py'], does: [connect('tcp', '198.51.100.7', 443)] })],
  twin: {
    because: 'the script talks to a service of its own network.',
    steps: [run('python3', { with: ['client.py'], does: [connect('tcp', '10.0.0.5', 443)] })],
  },
});
