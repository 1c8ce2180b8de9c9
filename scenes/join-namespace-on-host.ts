import { host, scene } from '../src/scenes/scene.ts';
import { joinNamespace, run } from '../src/scenes/steps.ts';

export default scene({
  name: 'join-namespace-on-host',
  story:
    'A program that is no container runtime enters the namespace of another process, to act where it does not belong.',
  technique: 'T1611',
  place: host,
  falco: ['Change thread namespace'],
  lanner: ['Namespace Joined on Host'],
  steps: [run('implant', { does: [joinNamespace('/proc/self/ns/uts')] })],
  twin: {
    because: 'runc enters the namespaces of a container, which is its task.',
    steps: [run('runc', { does: [joinNamespace('/proc/self/ns/uts')] })],
  },
});
