import { host, scene } from '../src/scenes/scene.ts';
import { file, read, run } from '../src/scenes/steps.ts';

export default scene({
  name: 'read-shell-configuration',
  story:
    'A program looks into the configuration of a shell: there may be passwords, or a place to hide a command.',
  technique: 'T1546.004',
  place: host,
  falco: ['Read Shell Configuration File'],
  lanner: [],
  setUp: [file('/root/.bashrc')],
  steps: [run('spy', { does: [read('/root/.bashrc')] })],
  twin: {
    because: 'the shell that it belongs to reads it.',
    setUp: [file('/root/.bashrc')],
    steps: [run('bash', { does: [read('/root/.bashrc')] })],
  },
});
