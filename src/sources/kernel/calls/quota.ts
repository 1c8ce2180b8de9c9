/** quotactl(2): what its arguments mean depends on the command. */

import { enumerationNumber } from '../enumerations.ts';
import type { Kind } from '../layout.ts';
import { type CallRow, type Collect, result, text } from './collect.ts';

const quota =
  (kind: Kind): Collect =>
  ({ size }) => ({ kind, constant: size });
/** Word of struct if_dqblk, which is from argument 6 on, and the bit that says whether it counts (QIF_*). */
const limit =
  (word: number, validity: number): Collect =>
  ({ size }) => ({ kind: 'QUOTA_LIMIT', a: 6 + word, b: validity, constant: size });
/** The same of struct if_dqinfo (IIF_*). */
const grace =
  (word: number, validity: number): Collect =>
  ({ size }) => ({ kind: 'QUOTA_GRACE', a: 6 + word, b: validity, constant: size });

export const QUOTA_CALLS: readonly CallRow[] = [
  {
    event: 'quotactl',
    structure: { argument: 3, words: 9 },
    parameters: {
      res: result,
      special: text(1),
      quotafilepath: quota('QUOTA_FILE'),
      dqb_bhardlimit: limit(0, 1),
      dqb_bsoftlimit: limit(1, 1),
      dqb_curspace: limit(2, 2),
      dqb_ihardlimit: limit(3, 4),
      dqb_isoftlimit: limit(4, 4),
      dqb_btime: limit(6, 16),
      dqb_itime: limit(7, 32),
      dqi_bgrace: grace(0, 1),
      dqi_igrace: grace(1, 2),
      dqi_flags: ({ size }) => ({ kind: 'QUOTA_FLAGS', b: 4, constant: size }),
      quota_fmt_out: quota('QUOTA_FORMAT_READ'),
      cmd: ({ size }) => ({ kind: 'QUOTA_COMMAND', c: enumerationNumber('quotaCommands'), constant: size }),
      type: quota('QUOTA_TYPE'),
      id: quota('QUOTA_ID'),
      quota_fmt: quota('QUOTA_FORMAT'),
    },
  },
];
