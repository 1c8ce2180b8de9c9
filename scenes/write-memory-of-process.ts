import { host, scene } from '../src/scenes/scene.ts';
import { run, writeMemory } from '../src/scenes/steps.ts';

export default scene({
  name: 'write-memory-of-process',
  story: 'An intruder writes into the memory of a running process, to have it run his code.',
  technique: 'T1055',
  place: host,
  falco: [],
  lanner: ['Memory of Another Process Written'],
  steps: [run('injector', { does: [writeMemory] })],
  twin: {
    because: 'a debugger changes a variable of the program that it has started.',
    steps: [run('gdb', { does: [writeMemory] })],
  },
});
