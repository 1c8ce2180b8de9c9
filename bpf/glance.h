// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * A first look at an open, before anything dear has been collected: of most it tells that no rule can match them.
 * It decides what filter.h decides, for names in the usual form only, and where it is in doubt it leaves the
 * decision to that. The names are the given path and the path of the opened file; mostly they are the same text.
 */
#pragma once
#include "file.h"
#include "filter.h"

#define GIVEN_AT 4096      /* where in `data` the given path is read to … */
#define GLANCE_AT 8192     /* … and paths are built: nothing has been collected by then */
#define GLANCE_STEPS 48    /* entries and mounts on the way to the root */
#define NOT_MET (~0U)
#define SHORT_NAME 32      /* bytes of a name that lie in its entry */
#define LAST_BYTES 8

/* The members of an entry that lie in the part that is read at once, in all kernels that are known. */
#define ENTRY_OFFSET(member) bpf_core_field_offset(struct dentry, member)
#define NAME_OFFSET(member) (ENTRY_OFFSET(d_name) + bpf_core_field_offset(struct qstr, member))

static __always_inline u32 short_name_offset(void)
{
	struct dentry___shortname *newer = NULL;

	if (bpf_core_field_exists(newer->d_shortname))
		return bpf_core_field_offset(struct dentry___shortname, d_shortname);
	return ENTRY_OFFSET(d_iname);
}

/* Whether the short name in an entry's copy is the text at `at` in `data`. */
static __always_inline bool has_name(struct lanner_scratch *s, struct lanner_entry_copy *entry, u32 at, u32 length)
{
	const u64 *name = word_at(&entry->bytes[short_name_offset()]);
	u64 differing = 0;

	for (u32 i = 0; i < SHORT_NAME / 8; i++) {
		if (8 * i >= length)
			break;
		differing = name[i] ^ *word_at(&s->data[BOUND(at + 8 * i, MAX_EVENT)]);
		if (length - 8 * i < 8)
			differing <<= BOUND(64 - 8 * (length - 8 * i), 63);
		if (differing)
			return false;
	}
	return length <= SHORT_NAME;
}

/* The text before c->at must end with an entry's name, and a slash unless it begins there. */
static __always_inline void compare_entry(struct lanner_scratch *s, struct lanner_climb *c,
					  struct lanner_entry_copy *entry)
{
	u64 name = *word_at(&entry->bytes[NAME_OFFSET(name)]);
	u32 length = *half_at(&entry->bytes[NAME_OFFSET(len)]), at = c->at - length;

	if (name == entry->short_name && length <= c->at - c->begin && has_name(s, entry, at, length)) {
		if (at > c->begin && s->data[BOUND(at - 1, MAX_EVENT)] == '/') {
			c->at = at - 1;
			return;
		}
		if (at == c->begin) {
			c->at = at;
			c->ended = 1;
			return;
		}
	}
	c->same = 0;
}

/*
 * Climbs from an entry to the root of the process, across mounts, keeps what it has read of each entry, and compares
 * the path with the text between c->begin and c->at. Returns 0 when it does not arrive there, or when the process
 * sees only a part of the file system (shows_part).
 */
__noinline int climb(u64 mount, u64 dentry)
{
	struct lanner_scratch *s = get_scratch();
	struct lanner_climb *c;
	u64 mount_root = 0, parent = 0;

	if (!s)
		return 0;
	c = &s->climb;
	c->count = 0;
	c->base_at = NOT_MET;
	c->same = 1;
	c->ended = 0;
	bpf_probe_read_kernel(&mount_root, 8, (void *)mount + bpf_core_field_offset(struct vfsmount, mnt_root));
	bpf_probe_read_kernel(&parent, 8, (void *)mount_root + ENTRY_OFFSET(d_parent));
	if (parent != mount_root)
		return 0;
	for (u32 i = 0; i < GLANCE_STEPS; i++) {
		u32 count = c->count;
		struct lanner_entry_copy *entry = &c->entries[BOUND(count, GLANCE_DEPTH - 1)];

		if (!dentry)
			return 0;
		if (dentry == c->base_dentry && mount == c->base_mount) {
			c->base_at = count;
			c->base_same = c->same && c->ended;
		}
		if (dentry == c->root_dentry && mount == c->root_mount)
			return dentry == mount_root;
		if (dentry == mount_root) {
			u64 this = mount - bpf_core_field_offset(struct mount, mnt);

			bpf_probe_read_kernel(&c->above, 8, (void *)this + bpf_core_field_offset(struct mount, mnt_parent));
			bpf_probe_read_kernel(&c->point, 8, (void *)this + bpf_core_field_offset(struct mount, mnt_mountpoint));
			if (c->above == this)
				return 0;
			dentry = c->point;
			mount = c->above + bpf_core_field_offset(struct mount, mnt);
			bpf_probe_read_kernel(&mount_root, 8, (void *)mount + bpf_core_field_offset(struct vfsmount, mnt_root));
			continue;
		}
		if (count >= GLANCE_DEPTH || bpf_probe_read_kernel(entry->bytes, ENTRY_SIZE, (void *)dentry))
			return 0;
		parent = *word_at(&entry->bytes[ENTRY_OFFSET(d_parent)]);
		if (parent == dentry)
			return 0;
		entry->short_name = dentry + short_name_offset();
		if (c->same)
			compare_entry(s, c, entry);
		c->count = count + 1;
		dentry = parent;
	}
	return 0;
}

static __always_inline void copy_short_name(u64 *to, struct lanner_entry_copy *entry)
{
	const u64 *from = word_at(&entry->bytes[short_name_offset()]);

	for (u32 i = 0; i < SHORT_NAME / 8; i++)
		to[i] = from[i];
}

/* Writes the name of an entry behind what has been written. Returns 0 when it finds no room. */
__noinline int write_entry(u32 index)
{
	struct lanner_scratch *s = get_scratch();
	struct lanner_entry_copy *entry;
	u32 length, at;
	u64 name;

	if (!s)
		return 0;
	entry = &s->climb.entries[BOUND(index, GLANCE_DEPTH - 1)];
	at = s->climb.end;
	length = *half_at(&entry->bytes[NAME_OFFSET(len)]);
	name = *word_at(&entry->bytes[NAME_OFFSET(name)]);
	if (length > MAX_COMPONENT_SIZE || at + length > GLANCE_AT + GLANCE_TEXT - 2)
		return 0;
	s->data[BOUND(at, MAX_EVENT)] = '/';
	at++;
	if (name == entry->short_name && length <= SHORT_NAME)
		copy_short_name(word_at(&s->data[BOUND(at, MAX_EVENT)]), entry);
	else
		bpf_probe_read_kernel(&s->data[BOUND(at, MAX_EVENT)], BOUND(length, MAX_COMPONENT_SIZE), (void *)name);
	at += length;
	s->data[BOUND(at, MAX_EVENT)] = 0;
	s->climb.end = at;
	return 1;
}

/* Writes the path that was climbed to GLANCE_AT. Returns 0 when it finds no room. */
static __always_inline int write_climbed(struct lanner_climb *c)
{
	u32 left = c->count;

	c->end = GLANCE_AT;
	for (u32 i = 0; i < GLANCE_DEPTH && left; i++) {
		left--;
		if (!write_entry(left))
			return 0;
	}
	return 1;
}

/* Takes `length` bytes through the automaton. */
__noinline int step_through(u32 start, u32 length)
{
	struct lanner_scratch *s = get_scratch();
	struct lanner_automaton *a;
	u64 bits, slashes;
	u32 state, shift;

	if (!s)
		return 0;
	a = get_automaton(s);
	if (!a)
		return 0;
	shift = BOUND(a->shift, 15);
	state = s->found.state;
	bits = s->found.bits;
	slashes = s->found.slashes;
	for (u32 i = 0; i <= GLANCE_TEXT; i++) {
		u64 byte, other;

		if (i >= length)
			break;
		byte = s->data[BOUND(start + i, MAX_EVENT)];
		/* 1 for a slash: without a branch, which would double the verifier's work with every byte. */
		other = byte ^ '/';
		asm volatile("" : "+r"(other));
		slashes += (other - 1) >> 63;
		state = a->next[BOUND(((u64)state << shift) + a->column_of[byte], MAX_CELLS - 1)];
		bits |= a->bits[BOUND(state, MAX_STATES - 1)];
	}
	s->found.state = state;
	s->found.bits = bits;
	s->found.slashes = slashes;
	return 0;
}

/* Finds what the beginning of a path has led to before, or finds it out. */
__noinline int begin_with(u32 start, u32 length)
{
	struct lanner_scratch *s = get_scratch();
	struct lanner_automaton *a;
	struct lanner_beginning *known;
	u64 words[BEGINNING / 8], hash = length, differing = 0;
	u32 edition;

	if (!s)
		return 0;
	a = get_automaton(s);
	if (!a)
		return 0;
	edition = *(volatile u32 *)&a->edition;
	for (u32 i = 0; i < BEGINNING / 8; i++) {
		u64 word = 0;

		if (8 * i < length) {
			word = *word_at(&s->data[BOUND(start + 8 * i, MAX_EVENT)]);
			if (length - 8 * i < 8)
				word &= ~0ULL >> BOUND(64 - 8 * (length - 8 * i), 63);
		}
		words[i] = word;
		hash = (hash ^ word) * 0x9e3779b97f4a7c15ULL;
	}
	known = &s->beginnings[BOUND(hash >> 48, BEGINNINGS - 1)];
	for (u32 i = 0; i < BEGINNING / 8; i++)
		differing |= known->words[i] ^ words[i];
	if (!differing && edition && known->length == length && known->edition == edition) {
		s->found = known->found;
		return 0;
	}
	s->found.slashes = 0;
	s->found.state = a->next[BOUND(a->column_of[0], MAX_CELLS - 1)];
	s->found.bits = a->bits[BOUND(s->found.state, MAX_STATES - 1)];
	step_through(start, length);
	/* User space may be writing another automaton to the same place. */
	if (*(volatile u32 *)&a->edition != edition)
		return 0;
	for (u32 i = 0; i < BEGINNING / 8; i++)
		known->words[i] = words[i];
	known->length = length;
	known->edition = edition;
	known->found = s->found;
	return 0;
}

/*
 * Takes a path as it stands, and the NUL behind it, through the automaton. The last `last` bytes may be seldom the
 * same. Returns 0 when it is too long.
 */
static __always_inline int look_through(struct lanner_scratch *s, u32 start, u32 length, u32 last)
{
	u32 beginning = last < length ? length - last : 0;

	if (length > GLANCE_TEXT)
		return 0;
	if (beginning > BEGINNING)
		beginning = BEGINNING;
	begin_with(start, beginning);
	step_through(start + beginning, length + 1 - beginning);
	s->bits |= s->found.bits;
	if (s->found.slashes <= 1)
		s->bits |= TOP_BIT;
	return 1;
}

/* Where relative paths start: the descriptor in argument a of the parameter, or the working directory. */
static __always_inline void find_base(struct lanner_scratch *s, u64 parameter, bool relative)
{
	struct task_struct *task = (void *)s->task;
	struct fs_struct *fs = BPF_CORE_READ(task, fs);
	struct lanner_climb *c = &s->climb;
	s32 descriptor = argument(s, PARAMETER_A(parameter));

	bpf_probe_read_kernel(&c->root_mount, 16, (void *)fs + bpf_core_field_offset(struct fs_struct, root));
	c->base_mount = 0;
	c->base_dentry = 0;
	if (!relative)
		return;
	if (PARAMETER_A(parameter) == NO_ARGUMENT || descriptor == AT_FDCWD) {
		bpf_probe_read_kernel(&c->base_mount, 16, (void *)fs + bpf_core_field_offset(struct fs_struct, pwd));
	} else {
		u64 file = file_of(s->task, descriptor);

		bpf_probe_read_kernel(&c->base_mount, 16, (void *)file + bpf_core_field_offset(struct file, f_path));
	}
}

/* Looks at the names of an open that has failed: the given path. */
static __always_inline int glance_at_given(struct lanner_scratch *s, u32 start, u32 length, bool relative)
{
	struct lanner_climb *c = &s->climb;
	u32 end;

	if (!relative)
		return look_through(s, start, length, LAST_BYTES);
	c->begin = c->at = 0;
	if (!climb(c->base_mount, c->base_dentry) || !write_climbed(c))
		return 0;
	end = BOUND(c->end, MAX_EVENT);
	s->data[end] = '/';
	bpf_probe_read_kernel(&s->data[BOUND(end + 1, MAX_EVENT)], BOUND(length + 1, 255),
			      &s->data[BOUND(start, MAX_EVENT)]);
	return look_through(s, GLANCE_AT, end + 1 + length - GLANCE_AT, length);
}

/*
 * Whether the file that was climbed from is one by which the kernel is told what to do, and does not lie below /proc
 * or /sys as usual (is_in_usual_place): it is known by its usual path as well.
 */
static __always_inline bool lies_elsewhere(struct lanner_scratch *s, struct lanner_climb *c)
{
	struct lanner_entry_copy *top = &c->entries[BOUND(c->count - 1, GLANCE_DEPTH - 1)];
	u64 name = *word_at(&top->bytes[short_name_offset()]);
	u32 length = *half_at(&top->bytes[NAME_OFFSET(len)]);
	u8 control = control_of(s->file);

	if (!control)
		return false;
	if (!c->count)
		return true;
	if (is_below_proc(control))
		return length != 4 || (u32)name != 0x636f7270; /* "proc" */
	return length != 3 || (name & 0xffffff) != 0x737973; /* "sys" */
}

/* Looks at the names of an open that has succeeded. Returns 0 when there may be others. */
static __always_inline int glance_at_opened(struct lanner_scratch *s, u32 start, u32 length, bool relative, u64 wanted)
{
	struct lanner_climb *c = &s->climb;
	struct file *file = (void *)s->file;
	u64 path[2] = {}, inode;
	u32 last;

	inode = BPF_CORE_READ(file, f_inode, i_ino);
	if (known_names(s, inode) & wanted)
		return 0;
	bpf_probe_read_kernel(path, sizeof(path), (void *)file + bpf_core_field_offset(struct file, f_path));
	c->begin = start;
	c->at = start + length;
	if (!climb(path[0], path[1]))
		return 0;
	if (lies_elsewhere(s, c))
		return 0;
	/* Shown as deleted: with the name of the opened file another thread may have put it in that one's place. */
	if (c->count && !*word_at(&c->entries[0].bytes[ENTRY_OFFSET(d_hash.pprev)]))
		return 0;
	last = *half_at(&c->entries[0].bytes[NAME_OFFSET(len)]);
	if (relative) {
		if (c->base_at == NOT_MET || !c->base_same)
			return 0;
	} else {
		if (c->same && c->at == start)
			return look_through(s, start, length, last);
		if (shares_descriptors(s) || !look_through(s, start, length, last))
			return 0;
	}
	return write_climbed(c) && look_through(s, GLANCE_AT, c->end - GLANCE_AT, last);
}

/*
 * Whether the names of an open tell that it has none of the wanted bits. `given` and `base` are the descriptions of
 * the parameters with the path and with the directory that it starts from.
 */
__noinline int lacks_names(u64 wanted, u64 given, u64 base)
{
	struct lanner_scratch *s = get_scratch();
	u64 address;
	long length;
	bool relative;

	if (!s)
		return 0;
	address = argument(s, PARAMETER_A(given));
	if (s->kernel_copy)
		length = bpf_probe_read_kernel_str(&s->data[GIVEN_AT], GLANCE_TEXT, (void *)address);
	else
		length = bpf_probe_read_user_str(&s->data[GIVEN_AT], GLANCE_TEXT, (void *)address);
	/* What has been cut is as long as its room. */
	if (length <= 1 || length >= GLANCE_TEXT)
		return 0;
	length--;
	relative = s->data[GIVEN_AT] != '/';
	s->bits = 0;
	s->unknown = 0;
	if (wanted & PROGRAM_BITS)
		look_at_program(s);
	if ((s->bits | s->unknown) & wanted)
		return 0;
	find_base(s, base, relative);
	if (!(s->result < 0 ? glance_at_given(s, GIVEN_AT, length, relative)
			    : glance_at_opened(s, GIVEN_AT, length, relative, wanted)))
		return 0;
	return !(s->bits & (wanted | ODD_BIT));
}

/* Number that a parameter will have, as far as rules ask of it: not the layers among the flags. */
static __always_inline u64 early_number(struct lanner_scratch *s, u64 p, u32 file_mode)
{
	u64 value = argument(s, PARAMETER_A(p));

	switch (PARAMETER_KIND(p)) {
	case KIND_RESULT:
		return s->result;
	case KIND_OPEN_FLAGS:
		return translate_bits(value, PARAMETER_C(p)) | (file_mode & FMODE_CREATED ? OPEN_CREATED : 0);
	case KIND_OPEN_MODE:
		return argument(s, PARAMETER_B(p)) & PARAMETER_CONSTANT(p) ? value & 07777 : 0;
	default:
		return translate_bits(value, PARAMETER_C(p));
	}
}

/* Whether no rule can match the open, of which nothing has been collected. */
static __always_inline bool can_pass_over(struct lanner_scratch *s, const struct lanner_call *call)
{
	struct lanner_filter *f = get_filter(s);
	struct file *file = (void *)s->file;
	u32 file_mode = 0;
	u64 wanted;

	if (!f || (s->result >= 0 && !file))
		return false;
	if (s->result >= 0)
		file_mode = BPF_CORE_READ(file, f_mode);
	s->bits = 0;
	for (u32 i = 0; i < GLANCE_PREDICATES; i++) {
		const struct lanner_predicate *p = &f->predicates[i];

		if (i >= f->early_predicates)
			break;
		if (answer(p, early_number(s, call->parameters[BOUND(p->parameter, MAX_PARAMETERS - 1)], file_mode)))
			s->bits |= 1ULL << i;
	}
	wanted = f->wanted[BOUND(s->bits, (1 << GLANCE_PREDICATES) - 1)];
	if (!wanted || wanted == ~0ULL)
		return !wanted;
	return lacks_names(wanted, call->parameters[BOUND(f->given, MAX_PARAMETERS - 1)],
			   call->parameters[BOUND(f->base, MAX_PARAMETERS - 1)]);
}
