import { container, scene } from '../src/scenes/scene.ts';
import { joinNamespace, run, tryToRead } from '../src/scenes/steps.ts';

export default scene({
  name: 'join-namespace-in-container',
  story:
    'In a container that sees the processes of the host, an attacker enters their namespaces, and is out of the container.',
  technique: 'T1611',
  place: container('SYS_ADMIN'),
  falco: ['Change thread namespace'],
  lanner: ['Namespace Joined in Container'],
  steps: [run('nsenter', { does: [joinNamespace('/proc/self/ns/uts')] })],
  twin: {
    because: 'which namespaces there are is only looked at.',
    steps: [run('lsns', { does: [tryToRead('/proc/self/status')] })],
  },
});
