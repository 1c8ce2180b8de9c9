import { host, scene } from '../src/scenes/scene.ts';
import { append, copyProgram, read, run } from '../src/scenes/steps.ts';

export default scene({
  name: 'execute-from-shared-memory',
  story:
    'A tool is dropped into /dev/shm and run from there: everybody may write there, and a restart removes it.',
  technique: 'T1059.004',
  place: host,
  falco: ['Execution from /dev/shm'],
  lanner: ['Program Executed From Device or Shared Memory Directory'],
  steps: [
    copyProgram('/usr/bin/lanner-stage', '/dev/shm/tool'),
    run('/dev/shm/tool', { called: '/dev/shm/tool', isMade: true }),
  ],
  twin: {
    because: 'programs share data in /dev/shm, which it is for.',
    steps: [run('database', { does: [append('/dev/shm/segment', 'data'), read('/dev/shm/segment')] })],
  },
});
