import { container, scene } from '../src/scenes/scene.ts';
import { connect, packetSocket, run } from '../src/scenes/steps.ts';

export default scene({
  name: 'packet-socket-in-container',
  story: 'In a container an attacker listens to all packets of the network, or forges some.',
  technique: 'T1557.002',
  place: container('NET_RAW'),
  falco: ['Packet socket created in container'],
  lanner: ['Raw or Packet Socket in Container'],
  steps: [run('sniffer', { does: [packetSocket] })],
  twin: {
    because: 'an ordinary connection is made.',
    steps: [run('client', { does: [connect('tcp', '10.0.0.5', 443)] })],
  },
});
