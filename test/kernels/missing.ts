/** Something that the emulation needs cannot be had here. The message says what, in one line. */
export class Missing extends Error {}
