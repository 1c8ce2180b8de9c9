/** `util.*`: a counter that old tools print. */
import { defineClass } from './define.ts';

let count = 0;

export const UTIL_FIELDS = defineClass(
  { name: 'util', title: '', description: 'Helpers for output.', sources: ['syscall'] },
  [
    {
      name: 'util.cnt',
      type: 'UINT64',
      hidden: true,
      description: 'How often this field has been read, this time counted.',
      read: () => ++count,
    },
  ],
);
