import { container, scene } from '../src/scenes/scene.ts';
import { mount, run } from '../src/scenes/steps.ts';

export default scene({
  name: 'mount-cgroups-in-container',
  story:
    'In a container with CAP_SYS_ADMIN an attacker mounts the file system of control groups, to rule the host by its files. Only the container has it mounted.',
  technique: 'T1611',
  place: container('SYS_ADMIN'),
  falco: [],
  lanner: ['Host Device or Kernel File System Mounted in Container'],
  steps: [run('exploit', { does: [mount('cgroup2', '/mnt')] })],
  twin: {
    because: 'a file system in memory is mounted, which belongs to nobody else.',
    steps: [run('server', { does: [mount('tmpfs', '/mnt')] })],
  },
});
