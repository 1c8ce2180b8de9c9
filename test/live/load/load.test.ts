/** A million file and socket operations a minute on each CPU under all upstream rules: nothing is lost. */
import { test } from 'node:test';
import { bear, skip } from './load.ts';

test('the load is borne for five seconds', { skip }, (context) => bear(context, 5));
