/** `npm test [-- GROUPS]`: sets up what is missing, then runs the tests with the pinned Node. */
import { join } from 'node:path';
import process from 'node:process';
import { passThrough } from './pass-through.mjs';
import { PINNED_NODE, ROOT, setUp } from './setup.mjs';

const groups = process.argv.slice(2);
setUp(groups.length === 1 && groups[0] === 'check' ? 'check' : 'test');
passThrough(PINNED_NODE, [join(ROOT, 'scripts', 'run-tests.ts'), ...groups]);
