import { host, scene } from '../src/scenes/scene.ts';
import { leaveNamespace, run } from '../src/scenes/steps.ts';

export default scene({
  name: 'create-namespace',
  story: 'A program makes namespaces of its own, to have rights in the kernel that it does not have outside.',
  technique: 'T1611',
  place: host,
  falco: [],
  lanner: ['Namespace Created'],
  steps: [run('exploit', { does: [leaveNamespace('uts')] })],
  twin: {
    because: 'runc makes the namespaces of a container, which is its task.',
    steps: [run('runc', { does: [leaveNamespace('uts')] })],
  },
});
