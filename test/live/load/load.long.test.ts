/** The load of load.test.ts, for longer than any buffer could hide that it is too much. */
import { test } from 'node:test';
import { bear, skip } from './load.ts';

test('the load is borne for forty seconds', { skip }, (context) => bear(context, 40));
