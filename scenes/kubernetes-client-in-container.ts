import { container, host, scene } from '../src/scenes/scene.ts';
import { run } from '../src/scenes/steps.ts';

export default scene({
  name: 'kubernetes-client-in-container',
  story: 'In a pod an attacker starts kubectl, to use the rights of the pod against the cluster.',
  technique: 'T1613',
  place: container(),
  falco: ['Kubernetes Client Tool Launched in Container'],
  lanner: [],
  steps: [run('kubectl', { with: ['get', 'secrets'] })],
  twin: {
    because: 'the administrator uses kubectl on the host.',
    place: host,
    steps: [run('kubectl', { with: ['get', 'nodes'] })],
  },
});
