import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CLOCK_BOOTTIME, CLOCK_REALTIME } from './libbpf.ts';
import { measureEpochOffset, WallClock } from './wall-clock.ts';

const SECOND = 1_000_000_000;
const OFFSET = 1_700_000_000_000_000_000n;
const HOUR = 3600n * 1_000_000_000n;

/** A machine whose clock can be set, and whose reading can be slow. */
class Machine {
  boot = 5_000_000_000n;
  set = 0n;
  slowness = 0n;
  looks = 0;

  readonly read = (clock: number): bigint => {
    if (clock === CLOCK_BOOTTIME) {
      this.boot += this.slowness;
      return this.boot;
    }
    assert.equal(clock, CLOCK_REALTIME);
    this.looks++;
    return this.boot + OFFSET + this.set;
  };
}

test('from boot to the epoch it takes what the quickest of some readings tells', () => {
  const machine = new Machine();
  const delays = [9_000_000n, 4_000_000n, 20n, 7_000_000n, 3_000_000n];
  const read = (clock: number): bigint => {
    const time = machine.read(clock);
    if (clock === CLOCK_REALTIME) machine.boot += delays.shift() ?? 0n;
    return time;
  };
  // Half of the 20 ns may have passed on either side.
  assert.equal(measureEpochOffset(read), OFFSET - 10n);
});

test('a clock that nobody sets needs no correction, and is looked at once a second', () => {
  const machine = new Machine();
  const clock = new WallClock(OFFSET, machine.read);
  for (let now = 0; now < 10 * SECOND; now += SECOND / 100) assert.equal(clock.correction(now), 0n);
  assert.equal(machine.looks, 10);
});

test('a clock that was set is followed within a second, both ways', () => {
  const machine = new Machine();
  const clock = new WallClock(OFFSET, machine.read);
  assert.equal(clock.correction(0), 0n);
  machine.set = -HOUR;
  assert.equal(clock.correction(SECOND - 1), 0n);
  assert.equal(clock.correction(SECOND), -HOUR);
  machine.set = HOUR;
  assert.equal(clock.correction(2 * SECOND), HOUR);
});

test('small differences wait until they add up', () => {
  const machine = new Machine();
  const clock = new WallClock(OFFSET, machine.read);
  machine.set = 4_000_000n;
  assert.equal(clock.correction(0), 0n);
  machine.set = 6_000_000n;
  assert.equal(clock.correction(SECOND), 6_000_000n);
  machine.set = 2_000_000n;
  assert.equal(clock.correction(2 * SECOND), 6_000_000n);
});

test('a look that was interrupted tells nothing', () => {
  const machine = new Machine();
  const clock = new WallClock(OFFSET, machine.read);
  machine.slowness = 20_000_000n;
  machine.set = HOUR;
  assert.equal(clock.correction(0), 0n);
  machine.slowness = 0n;
  assert.equal(clock.correction(SECOND), HOUR);
});
