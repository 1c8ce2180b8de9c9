/** `npm start [-- ARGUMENTS]`: sets up what is missing, then runs bin/lanner with the arguments. */
import { join } from 'node:path';
import process from 'node:process';
import { passThrough } from './pass-through.mjs';
import { ROOT, setUp } from './setup.mjs';

setUp('run');
passThrough(join(ROOT, 'bin', 'lanner'), process.argv.slice(2));
