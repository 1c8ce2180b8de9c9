import { container, scene } from '../src/scenes/scene.ts';
import { run } from '../src/scenes/steps.ts';

export default scene({
  name: 'decode-payload-in-container',
  story: 'In a container a program is decoded that came as text, past the filters that look for programs.',
  technique: 'T1140',
  place: container(),
  falco: ['Decoding Payload in Container'],
  lanner: [],
  steps: [run('base64', { with: ['--decode', '/srv/payload'] })],
  twin: {
    because: 'something is encoded.',
    steps: [run('base64', { with: ['/srv/picture'] })],
  },
});
