import { container, scene } from '../src/scenes/scene.ts';
import { connect, run } from '../src/scenes/steps.ts';

export default scene({
  name: 'ask-ec2-metadata',
  story:
    'From a container that was broken into, the attacker asks the metadata service of EC2 for the credentials of the machine.',
  technique: 'T1552.005',
  place: container(),
  falco: [
    'Contact EC2 Instance Metadata Service From Container',
    'Contact cloud metadata service from container',
  ],
  lanner: ['Cloud Metadata Service Contacted in Container'],
  steps: [run('curl', { does: [connect('tcp', '169.254.169.254', 80)] })],
  twin: {
    because: 'another service of the same kind of address is asked.',
    steps: [run('curl', { does: [connect('tcp', '169.254.20.10', 80)] })],
  },
});
