import { host, scene } from '../src/scenes/scene.ts';
import { handlePageFaults, logIn, run } from '../src/scenes/steps.ts';

export default scene({
  name: 'handle-page-faults-unprivileged',
  story:
    'An ordinary user asks to handle page faults by himself, which makes many faults of the kernel usable: it halts the kernel where he wants.',
  technique: 'T1068',
  place: host,
  falco: ['Unprivileged Delegation of Page Faults Handling to a Userspace Process'],
  lanner: [],
  steps: [run('exploit', { does: [logIn(1000), handlePageFaults] })],
  twin: {
    because: 'a virtual machine that root started does so.',
    steps: [run('qemu', { does: [handlePageFaults] })],
  },
});
