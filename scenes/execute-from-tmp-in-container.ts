import { container, scene } from '../src/scenes/scene.ts';
import { append, copyProgram, run } from '../src/scenes/steps.ts';

export default scene({
  name: 'execute-from-tmp-in-container',
  story: 'In a container a download lands in /tmp, and is run there.',
  technique: 'T1059.004',
  place: container(),
  falco: [],
  lanner: ['Program Executed From Temporary Directory in Container'],
  steps: [copyProgram('/usr/bin/lanner-stage', '/tmp/tool'), run('/tmp/tool', { isMade: true })],
  twin: {
    because: 'a program keeps data in /tmp.',
    steps: [run('server', { does: [append('/tmp/cache', 'data')] })],
  },
});
