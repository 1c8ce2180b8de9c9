import { host, scene } from '../src/scenes/scene.ts';
import { create, run } from '../src/scenes/steps.ts';

export default scene({
  name: 'file-below-dev',
  story: 'A rootkit hides its files in /dev, where nobody looks for them.',
  technique: 'T1564.001',
  place: host,
  falco: ['Create files below dev'],
  lanner: [],
  steps: [run('implant', { does: [create('/dev/.hidden')] })],
  twin: {
    because: 'output is thrown away into /dev/null.',
    steps: [run('implant', { does: [create('/dev/null')] })],
  },
});
