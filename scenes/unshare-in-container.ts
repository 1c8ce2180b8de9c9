import { container, scene } from '../src/scenes/scene.ts';
import { leaveNamespace, run } from '../src/scenes/steps.ts';

export default scene({
  name: 'unshare-in-container',
  story:
    'In a container without privileges, an attacker tries to get namespaces of his own: the code of the kernel behind them has been the way out of containers before.',
  technique: 'T1611',
  place: container(),
  falco: ['Change namespace privileges via unshare'],
  lanner: [],
  steps: [run('exploit', { does: [leaveNamespace('uts')] })],
  twin: {
    because: 'a runtime that was given CAP_SYS_ADMIN for it builds a sandbox.',
    place: container('SYS_ADMIN'),
    steps: [run('sandbox', { does: [leaveNamespace('uts')] })],
  },
});
