import { host, scene } from '../src/scenes/scene.ts';
import { accept, run } from '../src/scenes/steps.ts';

export default scene({
  name: 'accept-unknown-source',
  story: 'A server is called from an address that has no business with it.',
  technique: 'T1571',
  place: host,
  falco: ['Unexpected inbound connection source'],
  lanner: [],
  steps: [run('server', { does: [accept('198.51.100.1', 8443)] })],
  twin: {
    because: "the caller is of the machine's own network.",
    steps: [run('server', { does: [accept('10.0.0.5', 8443)] })],
  },
});
