/**
 * The name of a terminal by its device number, packed as proc(5) says of tty_nr. Major numbers are those of the
 * kernel's Documentation/admin-guide/devices.txt: 4 has consoles and serial lines, 136 to 143 Unix98 pseudoterminals.
 */
export function terminalName(device: number): string {
  const major = (device >>> 8) & 0xfff;
  const minor = (device & 0xff) | ((device >>> 12) & 0xfff00);
  if (major >= 136 && major <= 143) return `pts/${(major - 136) * 256 + minor}`;
  if (major === 4) return minor < 64 ? `tty${minor}` : `ttyS${minor - 64}`;
  return String(device);
}
