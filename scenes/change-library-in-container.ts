import { container, scene } from '../src/scenes/scene.ts';
import { append, run } from '../src/scenes/steps.ts';

export default scene({
  name: 'change-library-in-container',
  story:
    'In a running container an intruder changes a library, so that every program that loads it does more.',
  technique: 'T1574.006',
  place: container(),
  falco: [],
  lanner: ['Program or Library Changed in Container'],
  steps: [run('implant', { does: [append('/usr/lib/libz.so.1', 'implant')] })],
  twin: {
    because: 'a program keeps data below /usr/lib that is no library.',
    steps: [run('server', { does: [append('/usr/lib/server.cache', 'data')] })],
  },
});
