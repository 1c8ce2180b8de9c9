import { container, scene } from '../src/scenes/scene.ts';
import { loadBpf, makeBpfMap, run } from '../src/scenes/steps.ts';

export default scene({
  name: 'load-bpf-program-in-container',
  story:
    'In a container an intruder loads a BPF program, to watch the host from its kernel. Here it does nothing, and is attached to nothing.',
  technique: 'T1014',
  place: container('SYS_ADMIN'),
  falco: ['BPF Program Not Profiled'],
  lanner: ['BPF Program Loaded in Container'],
  steps: [run('rootkit', { does: [loadBpf] })],
  twin: {
    because: 'a map is made, which is no program.',
    steps: [run('agent', { does: [makeBpfMap] })],
  },
});
