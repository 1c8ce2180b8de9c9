/** What a service tells systemd of itself (sd_notify(3)); without systemd, nothing. */
import process from 'node:process';
import { DatagramSocket } from '../outputs/socket-calls.ts';

export class Service {
  readonly #path: string | undefined;
  #watchdog: NodeJS.Timeout | undefined;

  constructor(environment: NodeJS.ProcessEnv = process.env) {
    this.#path = environment.NOTIFY_SOCKET;
    const interval = Number(environment.WATCHDOG_USEC ?? 0) / 1000;
    const isMeant = (environment.WATCHDOG_PID ?? String(process.pid)) === String(process.pid);
    if (this.#path !== undefined && interval > 0 && isMeant)
      this.#watchdog = setInterval(() => this.#tell('WATCHDOG=1'), interval / 2).unref();
  }

  ready(status: string): void {
    this.#tell(`READY=1\nSTATUS=${status}`);
  }

  reloading(): void {
    this.#tell(`RELOADING=1\nMONOTONIC_USEC=${process.hrtime.bigint() / 1000n}`);
  }

  stopping(): void {
    clearInterval(this.#watchdog);
    this.#watchdog = undefined;
    this.#tell('STOPPING=1');
  }

  /** What systemd does not take is no reason to stop watching. */
  #tell(state: string): void {
    if (this.#path === undefined) return;
    try {
      const socket = new DatagramSocket(this.#path);
      socket.send(Buffer.from(state));
      socket.close();
    } catch {
      // It will miss it, and act on it.
    }
  }
}
