import { engineContainer, scene } from '../src/scenes/scene.ts';
import { become } from '../src/scenes/steps.ts';

export default scene({
  name: 'launch-container-with-sensitive-mount',
  story: "An attacker who may start containers gives one a directory of the host's that rules the machine.",
  technique: 'T1610',
  place: engineContainer({ mounts: ['/etc/kubernetes/manifests'] }),
  falco: ['Launch Sensitive Mount Container'],
  lanner: [],
  steps: [become('server')],
  twin: {
    because: 'the container gets a folder for its data.',
    place: engineContainer({ mounts: ['/srv/data'] }),
    steps: [become('server')],
  },
});
