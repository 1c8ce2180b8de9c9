import { container, scene } from '../src/scenes/scene.ts';
import { prepareMount, run } from '../src/scenes/steps.ts';

export default scene({
  name: 'prepare-disk-mount-in-container',
  story:
    "In a container with CAP_SYS_ADMIN an attacker begins to mount the host's disk in the way of newer programs. Here the kind of file system is one that does not look at it.",
  technique: 'T1611',
  place: container('SYS_ADMIN'),
  falco: [],
  lanner: ['Host Device Prepared for Mounting in Container'],
  steps: [run('exploit', { does: [prepareMount('tmpfs', '/dev/sda1')] })],
  twin: {
    because: 'a file system in memory needs no disk.',
    steps: [run('server', { does: [prepareMount('tmpfs', 'cache')] })],
  },
});
