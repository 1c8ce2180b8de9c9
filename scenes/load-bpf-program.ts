import { host, scene } from '../src/scenes/scene.ts';
import { loadBpf, run } from '../src/scenes/steps.ts';

export default scene({
  name: 'load-bpf-program',
  story:
    'An intruder loads a BPF program, to watch the machine from its kernel or to hide in it. Here it does nothing, and is attached to nothing.',
  technique: 'T1014',
  place: host,
  falco: ['BPF Program Not Profiled'],
  lanner: [],
  steps: [run('rootkit', { does: [loadBpf] })],
  twin: {
    because: 'bpftool loads a program.',
    steps: [run('/usr/sbin/bpftool', { does: [loadBpf] })],
  },
});
