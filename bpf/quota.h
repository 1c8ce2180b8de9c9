// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Parameters of quotactl(2): what its arguments mean depends on the command. */
#pragma once
#include "value.h"

#define SUBCOMMAND_SHIFT 8
#define SUBCOMMAND_MASK 0xff

#define Q_QUOTAON 0x800002
#define Q_GETFMT 0x800004
#define Q_GETINFO 0x800005
#define Q_SETINFO 0x800006
#define Q_GETQUOTA 0x800007
#define Q_SETQUOTA 0x800008
#define Q_XGETQUOTA 0x5803
#define Q_XSETQLIM 0x5804

/* Words of struct if_dqblk and struct if_dqinfo, from argument 6 on. */
#define LIMIT_VALIDITY 14
#define GRACE_FLAGS 8

#define FORMAT_NONE 1 /* QFMT_NOT_USED of the event layout */

static __always_inline u64 quota_format(u32 format)
{
	switch (format) {
	case 1: /* QFMT_VFS_OLD, V0, V1 */
		return 2;
	case 2:
		return 4;
	case 4:
		return 8;
	default:
		return FORMAT_NONE;
	}
}

static __always_inline u64 quota_number(struct lanner_scratch *s, u64 p, u32 command)
{
	u32 type = (u32)s->arguments[0] & SUBCOMMAND_MASK;
	bool limits = command == Q_GETQUOTA || command == Q_SETQUOTA;
	bool grace = command == Q_GETINFO || command == Q_SETINFO;

	switch (PARAMETER_KIND(p)) {
	case KIND_QUOTA_COMMAND:
		return translate_value(command, PARAMETER_C(p), 0);
	case KIND_QUOTA_TYPE:
		return type < 2 ? type + 1 : 0;
	case KIND_QUOTA_ID:
		return limits || command == Q_XGETQUOTA || command == Q_XSETQLIM ? s->arguments[2] : 0;
	case KIND_QUOTA_FORMAT:
		return command == Q_QUOTAON ? quota_format(s->arguments[2]) : FORMAT_NONE;
	case KIND_QUOTA_FORMAT_READ:
		return command == Q_GETFMT ? quota_format(s->arguments[6]) : FORMAT_NONE;
	case KIND_QUOTA_LIMIT:
		return limits && (s->arguments[LIMIT_VALIDITY] & PARAMETER_B(p)) ? argument(s, PARAMETER_A(p)) : 0;
	case KIND_QUOTA_GRACE:
		return grace && (s->arguments[GRACE_FLAGS] >> 32 & PARAMETER_B(p)) ? argument(s, PARAMETER_A(p)) : 0;
	default:
		return grace && (s->arguments[GRACE_FLAGS] >> 32 & PARAMETER_B(p)) ? s->arguments[GRACE_FLAGS] : 0;
	}
}

__noinline int collect_quota(u64 p)
{
	struct lanner_scratch *s = get_scratch();
	u32 command;

	if (!s)
		return 0;
	command = (u32)s->arguments[0] >> SUBCOMMAND_SHIFT;
	if (PARAMETER_KIND(p) != KIND_QUOTA_FILE)
		append_number(s, quota_number(s, p, command), PARAMETER_CONSTANT(p));
	else if (command == Q_QUOTAON)
		append_user_text(s, s->arguments[3]);
	else
		append_empty(s);
	return 0;
}
