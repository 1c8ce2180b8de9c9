import assert from 'node:assert/strict';
import { test } from 'node:test';
import { progressLine } from './progress.ts';

test('share, rate and remaining time', () => {
  assert.equal(
    progressLine({ events: 1_200_000, bytes: 25, size: 100 }, 2000),
    '[######                  ] 25 %  1,200,000 events  600,000/s  6 s left',
  );
  assert.match(progressLine({ events: 1, bytes: 1, size: 1000 }, 1000), / 16 min 39 s left$/);
  assert.match(progressLine({ events: 1, bytes: 1, size: 10_000 }, 1000), / 2 h 46 min left$/);
});

test('what is not known is not told', () => {
  assert.equal(progressLine({ events: 500, bytes: 10, size: undefined }, 1000), '500 events  500/s');
  assert.equal(
    progressLine({ events: 0, bytes: 0, size: 10 }, 0),
    '[                        ] 0 %  0 events  0/s',
  );
});
