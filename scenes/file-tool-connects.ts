import { host, scene } from '../src/scenes/scene.ts';
import { connect, read, run } from '../src/scenes/steps.ts';

export default scene({
  name: 'file-tool-connects',
  story: 'A program that has nothing to do with networks connects to the Internet: something took its place.',
  technique: 'T1059.004',
  place: host,
  falco: ['System procs network activity'],
  lanner: ['Shell or File Tool Connects to Network'],
  steps: [run('sha256sum', { does: [connect('tcp', '198.51.100.7', 443)] })],
  twin: {
    because: 'the program reads a file.',
    steps: [run('sha256sum', { does: [read('/etc/hosts')] })],
  },
});
