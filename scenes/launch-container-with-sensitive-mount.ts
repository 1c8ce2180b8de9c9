import { engineContainer, scene } from '../src/scenes/scene.ts';
import { become, run } from '../src/scenes/steps.ts';

// As it is written, Falco's rule fires for every container that starts and lacks one of the mounts in its list.
export default scene({
  name: 'launch-container-with-sensitive-mount',
  story: "An attacker who may start containers gives one a directory of the host's that rules the machine.",
  technique: 'T1610',
  place: engineContainer({ mounts: ['/etc/kubernetes/manifests'] }),
  falco: ['Launch Sensitive Mount Container'],
  lanner: [],
  steps: [become('server')],
  twin: {
    because: 'a program is run in a container that has been running, which starts none.',
    steps: [run('server')],
  },
});
