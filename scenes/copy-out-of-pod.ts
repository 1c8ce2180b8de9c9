import { container, scene } from '../src/scenes/scene.ts';
import { become, file, read, run } from '../src/scenes/steps.ts';

export default scene({
  name: 'copy-out-of-pod',
  story: 'With "kubectl cp", which runs tar in the container, somebody copies data out of a pod.',
  technique: 'T1020',
  place: container(),
  falco: ['Exfiltrating Artifacts via Kubernetes Control Plane'],
  lanner: [],
  setUp: [file('/srv/data')],
  steps: [become('tar', { with: ['cf', '-', '/srv/data'], does: [read('/srv/data')] })],
  twin: {
    because: 'a script of the container makes an archive.',
    setUp: [file('/srv/data')],
    steps: [
      run('backup', {
        does: [run('tar', { with: ['cf', '/srv/archive', '/srv/data'], does: [read('/srv/data')] })],
      }),
    ],
  },
});
