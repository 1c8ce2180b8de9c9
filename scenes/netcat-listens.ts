import { container, scene } from '../src/scenes/scene.ts';
import { listen, run } from '../src/scenes/steps.ts';

export default scene({
  name: 'netcat-listens',
  story: 'Netcat waits for a connection: a back door, or the receiver of stolen files.',
  technique: 'T1571',
  place: container(),
  falco: ['Launch Suspicious Network Tool in Container'],
  lanner: ['Unexpected Program Listens on Network'],
  steps: [run('nc', { with: ['-l', '-p', '4447'], does: [listen('0.0.0.0', 4447)] })],
  twin: {
    because: 'a server listens, which is its task.',
    steps: [run('server', { does: [listen('0.0.0.0', 8080)] })],
  },
});
