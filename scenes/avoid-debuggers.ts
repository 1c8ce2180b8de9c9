import { host, scene } from '../src/scenes/scene.ts';
import { beTraced, run } from '../src/scenes/steps.ts';

export default scene({
  name: 'avoid-debuggers',
  story: 'Malware has itself traced by its own parent, so that no debugger can attach to it.',
  technique: 'T1622',
  place: host,
  falco: ['PTRACE anti-debug attempt'],
  lanner: [],
  steps: [run('malware', { does: [beTraced] })],
  twin: {
    because: 'a program runs another one without tracing it.',
    steps: [run('make', { does: [run('cc')] })],
  },
});
