import { container, scene } from '../src/scenes/scene.ts';
import { copyProgram, mount, run } from '../src/scenes/steps.ts';

export default scene({
  name: 'execute-from-volume-in-container',
  story:
    'Where the root file system of a container cannot be written, an intruder puts a tool on a volume and runs it there. Here the volume is mounted by the container itself.',
  technique: 'T1105',
  place: container('SYS_ADMIN'),
  falco: [],
  lanner: ['Program Younger Than Its Container Executed'],
  steps: [
    mount('tmpfs', '/srv'),
    copyProgram('/usr/bin/lanner-stage', '/srv/tool'),
    run('/srv/tool', { isMade: true }),
  ],
  twin: {
    because: 'a program of the image is run.',
    steps: [run('server')],
  },
});
