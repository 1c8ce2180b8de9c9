/** The machines that can be emulated, each under the names that its tools have for it. */

export interface MachineArchitecture {
  /** As Node and npm call it. */
  readonly node: 'x64' | 'arm64';
  /** As Debian calls it. */
  readonly debian: string;
  readonly emulator: string;
  /** Debian package of the emulator. */
  readonly emulatorPackage: string;
  /** Arguments of the emulator that differ. */
  readonly machine: readonly string[];
  /** The kernel's name of the serial port that becomes the emulator's standard output. */
  readonly console: string;
}

export const ARCHITECTURES: Readonly<Record<string, MachineArchitecture>> = {
  x64: {
    node: 'x64',
    debian: 'amd64',
    emulator: 'qemu-system-x86_64',
    emulatorPackage: 'qemu-system-x86',
    // A model without vector units: what emulates those is slow and not free of faults.
    machine: ['-cpu', 'Nehalem'],
    console: 'ttyS0',
  },
  arm64: {
    node: 'arm64',
    debian: 'arm64',
    emulator: 'qemu-system-aarch64',
    emulatorPackage: 'qemu-system-arm',
    // Without pointer authentication, which costs an emulator more than anything else.
    machine: ['-machine', 'virt,gic-version=3', '-cpu', 'max,pauth=off'],
    console: 'ttyAMA0',
  },
};
