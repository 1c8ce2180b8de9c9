import { container, scene } from '../src/scenes/scene.ts';
import { read, run } from '../src/scenes/steps.ts';

export default scene({
  name: 'read-environment-of-process',
  story: 'In a container an attacker reads the environment of a process, in which there are often secrets.',
  technique: 'T1083',
  place: container(),
  falco: ['Read environment variable from /proc files'],
  lanner: [],
  steps: [run('spy', { does: [read('/proc/self/environ')] })],
  twin: {
    because: 'a monitor reads how much memory a process has.',
    steps: [run('monitor', { does: [read('/proc/self/status')] })],
  },
});
