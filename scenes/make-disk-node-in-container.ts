import { container, scene } from '../src/scenes/scene.ts';
import { makeNode, run } from '../src/scenes/steps.ts';

export default scene({
  name: 'make-disk-node-in-container',
  story:
    "In a container with CAP_MKNOD an attacker makes a node for the host's disk, under a harmless name. Here its numbers are those of no disk.",
  technique: 'T1611',
  place: container('MKNOD'),
  falco: [],
  lanner: ['Block Device Node Made in Container'],
  steps: [run('exploit', { does: [makeNode('/srv/picture', 'block')] })],
  twin: {
    because: 'a pipe is made, through which two programs talk.',
    steps: [run('server', { does: [makeNode('/srv/pipe', 'pipe')] })],
  },
});
