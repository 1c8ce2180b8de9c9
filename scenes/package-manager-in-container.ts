import { container, host, scene } from '../src/scenes/scene.ts';
import { run } from '../src/scenes/steps.ts';

export default scene({
  name: 'package-manager-in-container',
  story: 'In a running container an intruder installs what he needs with the package manager.',
  technique: 'T1072',
  place: container(),
  falco: ['Launch Package Management Process in Container'],
  lanner: ['Package Manager Run in Container'],
  steps: [run('apt-get', { with: ['install', 'netcat'] })],
  twin: {
    because: 'the host is kept up to date.',
    place: host,
    steps: [run('apt-get', { with: ['upgrade'] })],
  },
});
