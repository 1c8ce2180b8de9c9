import { host, scene } from '../src/scenes/scene.ts';
import { append, file, run } from '../src/scenes/steps.ts';

export default scene({
  name: 'write-rpm-database',
  story: 'An intruder changes the list of installed packages, so that his files seem to belong to one.',
  technique: 'T1072',
  place: host,
  falco: ['Write below rpm database'],
  lanner: [],
  setUp: [file('/var/lib/rpm/rpmdb.sqlite')],
  steps: [run('implant', { does: [append('/var/lib/rpm/rpmdb.sqlite', 'data')] })],
  twin: {
    because: 'rpm installs a package.',
    setUp: [file('/var/lib/rpm/rpmdb.sqlite')],
    steps: [run('rpm', { does: [append('/var/lib/rpm/rpmdb.sqlite', 'data')] })],
  },
});
