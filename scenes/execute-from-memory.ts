import { host, scene } from '../src/scenes/scene.ts';
import { run, runFromMemory } from '../src/scenes/steps.ts';

export default scene({
  name: 'execute-from-memory',
  story:
    'A loader copies a program into a file that exists in memory only, and runs it: nothing is left on the disk.',
  technique: 'T1620',
  place: host,
  falco: ['Fileless execution via memfd_create'],
  lanner: ['Program Executed From Memory'],
  steps: [run('loader', { does: [runFromMemory('tool')] })],
  twin: {
    because: 'the program is run from its file.',
    steps: [run('loader', { does: [run('tool')] })],
  },
});
