/** `npm run docs`: sets up what is missing, then builds the documentation site into build/site. */
import { join } from 'node:path';
import { passThrough } from './pass-through.mjs';
import { PINNED_NODE, ROOT, setUp } from './setup.mjs';

setUp('check');
passThrough(PINNED_NODE, [join(ROOT, 'site', 'build.ts')]);
