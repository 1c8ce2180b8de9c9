import { container, scene } from '../src/scenes/scene.ts';
import { loadModule, run, tryToRead } from '../src/scenes/steps.ts';

export default scene({
  name: 'load-kernel-module-in-container',
  story:
    'A container that may load kernel modules loads one: its code runs in the kernel of the host. Here the module is none, and the kernel refuses it.',
  technique: 'T1547.006',
  place: container('SYS_MODULE'),
  falco: ['Linux Kernel Module Injection Detected'],
  lanner: ['Kernel Module Loaded in Container'],
  steps: [run('insmod', { with: ['rootkit.ko'], does: [loadModule] })],
  twin: {
    because: 'the loaded modules are listed.',
    steps: [run('lsmod', { does: [tryToRead('/proc/modules')] })],
  },
});
