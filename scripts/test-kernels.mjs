/**
 * `npm run test:kernels [-- ARGUMENTS]`: sets up what is missing, then runs live tests on other kernels, in
 * emulated machines (test/kernels/main.ts).
 */
import { join } from 'node:path';
import process from 'node:process';
import { passThrough } from './pass-through.mjs';
import { PINNED_NODE, ROOT, setUp } from './setup.mjs';

setUp('kernels');
passThrough(PINNED_NODE, [join(ROOT, 'test', 'kernels', 'main.ts'), ...process.argv.slice(2)]);
