import { host, scene } from '../src/scenes/scene.ts';
import { makeDirectory, run } from '../src/scenes/steps.ts';

export default scene({
  name: 'hidden-file',
  story:
    'An intruder keeps his tools in a directory whose name begins with a dot, so that "ls" does not show it.',
  technique: 'T1564.001',
  place: host,
  falco: ['Create Hidden Files or Directories'],
  lanner: [],
  steps: [run('implant', { does: [makeDirectory('/srv/.tools')] })],
  twin: {
    because: 'the directory can be seen by everybody.',
    steps: [run('installer', { does: [makeDirectory('/srv/tools')] })],
  },
});
