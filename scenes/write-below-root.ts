import { host, scene } from '../src/scenes/scene.ts';
import { append, file, run } from '../src/scenes/steps.ts';

export default scene({
  name: 'write-below-root',
  story: "An intruder collects what he found in root's home.",
  technique: 'T1543',
  place: host,
  falco: ['Write below root'],
  lanner: ['File Below Root Home Written'],
  steps: [run('implant', { does: [append('/root/loot', 'data')] })],
  twin: {
    because: "a program keeps data where a service's data belongs.",
    setUp: [file('/var/lib/server/.placeholder')],
    steps: [run('server', { does: [append('/var/lib/server/data', 'data')] })],
  },
});
