/** `proc.*` and `thread.*`: the class, put together from its subjects. */
import { defineClass } from './define.ts';
import { ANCESTOR_FIELDS } from './process-ancestors.ts';
import { EXECUTABLE_FIELDS } from './process-executable.ts';
import { IDENTITY_FIELDS } from './process-identity.ts';
import { RESOURCE_FIELDS } from './process-resources.ts';

export const PROCESS_FIELDS = defineClass(
  {
    name: 'process',
    title: '',
    description: 'The process and the thread that the event is of, their ancestors, and what they use.',
    sources: ['syscall'],
  },
  [...IDENTITY_FIELDS, ...ANCESTOR_FIELDS, ...EXECUTABLE_FIELDS, ...RESOURCE_FIELDS],
);
