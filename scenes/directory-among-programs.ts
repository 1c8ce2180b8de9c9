import { host, scene } from '../src/scenes/scene.ts';
import { makeDirectory, run } from '../src/scenes/steps.ts';

export default scene({
  name: 'directory-among-programs',
  story: 'An intruder makes a directory in /usr/bin, a place for tools that nobody looks into.',
  technique: 'T1222.002',
  place: host,
  falco: ['Mkdir binary dirs'],
  lanner: [],
  steps: [run('implant', { does: [makeDirectory('/usr/bin/tools')] })],
  twin: {
    because: 'the package manager installs a program.',
    steps: [run('dpkg', { does: [makeDirectory('/usr/bin/tools')] })],
  },
});
