/** Settings of the console. */
import { key, section } from './section.ts';
import { choice, flag, list, text } from './shape.ts';

/** When the console is served. */
const SERVE = ['machine', 'always', 'never'] as const;

export const CONSOLE = section({
  serve: key(
    'When the console is served, at the address and port of webserver: `machine`, where lanner watches the whole ' +
      'machine or a cluster, as the service and `npm start` do; `always`, also with `--scope`; `never`.',
    choice(SERVE, 'machine'),
  ),
  hosts: key(
    'Names under which browsers reach the console, beside localhost and the address itself. Requests for other names ' +
      'are refused.',
    list(text(''), []),
  ),
  always_token: key(
    'The token is wanted of everybody; otherwise root and the user that Lanner runs as need none on this machine.',
    flag(false),
  ),
  token_file: key('File of the token; without it, console-token beside the store.', text(''), {
    restart: true,
  }),
  editing: key('Rules can be changed, and turned on and off, in the console.', flag(true)),
  rules_file: key(
    'The rules that are written in the console, loaded after all others; without it, console-rules.yaml beside the ' +
      'store.',
    text(''),
  ),
  recordings: key(
    'Folder with the recordings and captures that rules can be tried against; without it, recordings beside the ' +
      'store.',
    text(''),
  ),
});
