import { host, scene } from '../src/scenes/scene.ts';
import { beTraced, run, traceChild } from '../src/scenes/steps.ts';

export default scene({
  name: 'attach-to-process',
  story: 'An intruder attaches to a running process, to read its secrets or to put code into it.',
  technique: 'T1055.008',
  place: host,
  falco: ['PTRACE attached to process'],
  lanner: [],
  steps: [run('injector', { does: [traceChild] })],
  twin: {
    because: 'a debugger starts a program, which asks to be traced.',
    steps: [run('gdb', { does: [beTraced] })],
  },
});
