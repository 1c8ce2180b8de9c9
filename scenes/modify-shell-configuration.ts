import { host, scene } from '../src/scenes/scene.ts';
import { append, file, read, run } from '../src/scenes/steps.ts';

export default scene({
  name: 'modify-shell-configuration',
  story: "An intruder adds a command to root's .bashrc: it runs at every login.",
  technique: 'T1546.004',
  place: host,
  falco: ['Modify Shell Configuration File'],
  lanner: ['Shell or Session Startup File Changed'],
  setUp: [file('/root/.bashrc')],
  steps: [run('implant', { does: [append('/root/.bashrc', 'implant &\n')] })],
  twin: {
    because: 'the file is read, by a shell that starts.',
    setUp: [file('/root/.bashrc')],
    steps: [run('bash', { does: [read('/root/.bashrc')] })],
  },
});
