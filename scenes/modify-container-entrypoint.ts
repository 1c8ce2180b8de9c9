import { container, scene } from '../src/scenes/scene.ts';
import { file, openDescriptorAgain, read, run } from '../src/scenes/steps.ts';

export default scene({
  name: 'modify-container-entrypoint',
  story:
    'A process writes to an executable through its entry in /proc/self/fd: so a container once overwrote runc on its host.',
  technique: 'T1611',
  place: container(),
  falco: ['Modify Container Entrypoint'],
  lanner: [],
  setUp: [file('/srv/entrypoint')],
  steps: [run('exploit', { does: [openDescriptorAgain('/srv/entrypoint')] })],
  twin: {
    because: 'a process reads what its own executable is.',
    steps: [run('server', { does: [read('/proc/self/exe')] })],
  },
});
