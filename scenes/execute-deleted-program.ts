import { host, scene } from '../src/scenes/scene.ts';
import { copyProgram, remove, run, runDeleted } from '../src/scenes/steps.ts';

export default scene({
  name: 'execute-deleted-program',
  story:
    'A dropper removes the file of a program and runs it through the descriptor that it still has: nothing is left to be found.',
  technique: 'T1070.004',
  place: host,
  falco: [],
  lanner: ['Deleted Program Executed'],
  steps: [run('dropper', { does: [runDeleted('tool')] })],
  twin: {
    because: 'an installer runs a program and removes its file afterwards.',
    steps: [
      run('installer', {
        does: [
          copyProgram('/usr/bin/lanner-stage', '/srv/step'),
          run('/srv/step', { isMade: true }),
          remove('/srv/step'),
        ],
      }),
    ],
  },
});
