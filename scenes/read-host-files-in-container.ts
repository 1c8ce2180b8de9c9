import { container, scene } from '../src/scenes/scene.ts';
import { file, read, run } from '../src/scenes/steps.ts';

export default scene({
  name: 'read-host-files-in-container',
  story: "The host's files are mounted in a container, and somebody reads them there.",
  technique: 'T1611',
  place: container(),
  falco: ['Container Access to Host Sensitive Paths'],
  lanner: [],
  setUp: [file('/host/etc/hostname', 'node\n')],
  steps: [run('exploit', { does: [read('/host/etc/hostname')] })],
  twin: {
    because: "the container's own file is read.",
    steps: [run('server', { does: [read('/etc/hosts')] })],
  },
});
