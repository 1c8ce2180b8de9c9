import { container, scene } from '../src/scenes/scene.ts';
import { connect, connectByName, run } from '../src/scenes/steps.ts';

export default scene({
  name: 'contact-kubernetes-from-container',
  story:
    'From a pod that was broken into, an attacker talks to the API server of Kubernetes. Where the name of the server is not known, the scene is skipped.',
  technique: 'T1565',
  place: container(),
  falco: ['Contact K8S API Server From Container'],
  lanner: [],
  steps: [run('exploit', { does: [connectByName('kubernetes.default.svc.cluster.local', 443)] })],
  twin: {
    because: 'another service is asked.',
    steps: [run('client', { does: [connect('tcp', '10.0.0.5', 443)] })],
  },
});
