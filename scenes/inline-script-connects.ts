import { host, scene } from '../src/scenes/scene.ts';
import { connect, run } from '../src/scenes/steps.ts';

export default scene({
  name: 'inline-script-connects',
  story:
    'A script that stands on the command line opens a connection: the first line of many reverse shells.',
  technique: 'T1059.006',
  place: host,
  falco: ['Interpreted procs outbound network activity'],
  lanner: ['Inline Script Uses Network'],
  steps: [run('python3', { with: ['-c', 'import socket'], does: [connect('tcp', '198.51.100.7', 4448)] })],
  twin: {
    because: 'a script in a file talks to a service of its own network.',
    steps: [run('python3', { with: ['client.py'], does: [connect('tcp', '10.0.0.5', 443)] })],
  },
});
