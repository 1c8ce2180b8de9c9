import { host, scene } from '../src/scenes/scene.ts';
import { create, goDeep, goTo, run } from '../src/scenes/steps.ts';

export default scene({
  name: 'hide-in-endless-directories',
  story:
    'An intruder keeps his loot in more than two thousand directories within each other, where tools and rules on paths do not get.',
  technique: 'T1564.001',
  place: host,
  falco: [],
  lanner: ['Program or File Hidden in Endless Directories'],
  steps: [run('implant', { does: [goTo('/srv'), goDeep(2100), create('loot')] })],
  twin: {
    because: 'a source tree has a few directories within each other.',
    steps: [run('unpack', { does: [goTo('/srv'), goDeep(20), create('main.c')] })],
  },
});
