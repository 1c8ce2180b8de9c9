/**
 * The time by which alerts grow old. The machine's clock may be set by years, and alerts must not be removed for that:
 * this one goes no faster than time passes. It goes back with the machine's clock, which removes nothing.
 */
import os from 'node:os';

/** What the machine's clock may gain on time as it passes: corrections by NTP, and the exactness of the other clock. */
const SLACK_MS = 60_000;
const SLACK_SHARE = 0.001;

export class StoreClock {
  readonly #wall: () => number;
  readonly #uptime: () => number;
  #wallBefore: number;
  #uptimeBefore: number;

  /** `wall`: milliseconds since the epoch. `uptime`: milliseconds since the machine's start, its sleep included. */
  constructor(wall: () => number = Date.now, uptime: () => number = () => os.uptime() * 1000) {
    this.#wall = wall;
    this.#uptime = uptime;
    this.#wallBefore = wall();
    this.#uptimeBefore = uptime();
  }

  /** Milliseconds since the epoch. */
  now(): number {
    const [wall, uptime] = [this.#wall(), this.#uptime()];
    const most = this.#wallBefore + (uptime - this.#uptimeBefore) * (1 + SLACK_SHARE) + SLACK_MS;
    if (wall > most) return this.#wallBefore + (uptime - this.#uptimeBefore);
    // From here on it is measured anew, so that small corrections do not add up to a large one.
    if (wall < this.#wallBefore) [this.#wallBefore, this.#uptimeBefore] = [wall, uptime];
    return wall;
  }
}
