import { container, scene } from '../src/scenes/scene.ts';
import { run, traceChild } from '../src/scenes/steps.ts';

export default scene({
  name: 'attach-to-process-in-container',
  story:
    'In a container an intruder attaches to a running process, to read its secrets or to put code into it.',
  technique: 'T1055.008',
  place: container('SYS_PTRACE'),
  falco: ['PTRACE attached to process'],
  lanner: ['Process Attached With ptrace'],
  steps: [run('injector', { does: [traceChild] })],
  twin: {
    because: 'a program runs another one without tracing it.',
    steps: [run('make', { does: [run('cc')] })],
  },
});
