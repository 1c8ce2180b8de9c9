// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Leaves out events that no rule can match. What is asked is data that user space derives from the rules: by
 * event code, predicates over the parameters that have been collected, and conjunctions (terms) of which one
 * must hold. What cannot be decided counts as whatever lets the event pass.
 */
#pragma once
#include "event.h"

#define ODD_BIT (1ULL << FILTER_ODD)
#define DOTS_BIT (1ULL << FILTER_DOTS)
#define TOP_BIT (1ULL << FILTER_TOP)
#define IN_CONTAINER (1ULL << CONTAINER_BIT)
#define PROGRAM_BITS (~0ULL << FIRST_PROGRAM_BIT & ~IN_CONTAINER)
#define NAME_BITS (~0ULL << FILTER_TOP & ~PROGRAM_BITS & ~IN_CONTAINER) /* of all that is asked of names of files */

#define WALK_CHUNK 32 /* bytes that one call looks at */
#define MAX_CHUNKS 64 /* of one name */

#define DESCRIPTOR_DEVICE_SIZE 8 /* before the inode in struct lanner_descriptor */
#define DESCRIPTOR_HEADER 16
#define DESCRIPTOR_PATH_CUT 4    /* DESCRIPTOR_TRUNCATED */

static __always_inline void step_text(struct lanner_scratch *s, struct lanner_automaton *a, u8 byte)
{
	u64 cell = ((u64)s->look.state << BOUND(a->shift, 15)) + a->column_of[byte];
	u32 next = a->next[BOUND(cell, MAX_CELLS - 1)];

	s->look.state = next;
	s->bits |= a->bits[BOUND(next, MAX_STATES - 1)];
}

/* Compares the path that was given with that of the opened file, byte after byte. */
static __always_inline void compare(struct lanner_scratch *s, u8 byte)
{
	if (s->look.same && s->data[BOUND(s->look.own, MAX_EVENT)] == byte)
		s->look.own++;
	else
		s->look.same = 0;
}

/* A component is complete: "." and ".." take back what they have led to. */
static __always_inline void end_component(struct lanner_scratch *s)
{
	u32 length = s->look.length, dots = s->look.dots, depth = s->look.depth;

	if (dots >= 2)
		s->bits |= DOTS_BIT;
	if (dots == length && length && length <= 2) {
		depth = depth > length ? depth - length : 0;
		s->look.state = s->look.stack[BOUND(depth, MAX_DEPTH - 1)];
		s->look.depth = depth;
		s->look.same = 0;
	}
	s->look.length = 0;
	s->look.dots = 0;
}

/* Goes on with a path, some bytes at a time. Returns 0 when there is no more. */
__noinline int walk_text(void)
{
	struct lanner_scratch *s = get_scratch();
	struct lanner_automaton *a;

	if (!s)
		return 0;
	a = get_automaton(s);
	if (!a)
		return 0;
	for (u32 i = 0; i < WALK_CHUNK; i++) {
		u32 at = s->look.at;
		u8 byte;

		if (at >= s->look.end)
			return 0;
		byte = s->data[BOUND(at, MAX_EVENT)];
		s->look.at = at + 1;
		if (byte == '/') {
			end_component(s);
			continue;
		}
		if (!s->look.length) {
			if (s->look.depth >= MAX_DEPTH) {
				s->unknown |= NAME_BITS;
				return 0;
			}
			s->look.stack[BOUND(s->look.depth, MAX_DEPTH - 1)] = s->look.state;
			s->look.depth++;
			step_text(s, a, '/');
			compare(s, '/');
		}
		step_text(s, a, byte);
		compare(s, byte);
		s->look.length++;
		s->look.dots = byte == '.' ? s->look.dots + 1 : 0;
	}
	return 1;
}

/* Looks at `length` bytes of a path, which end before a slash or the path's end. */
__noinline int look_at(u32 start, u32 length)
{
	struct lanner_scratch *s = get_scratch();
	int more = 1;

	if (!s)
		return 0;
	s->look.at = start;
	s->look.end = start + length;
	for (u32 i = 0; i < MAX_CHUNKS; i++) {
		more = walk_text();
		if (!more)
			break;
	}
	if (more)
		s->unknown |= NAME_BITS;
	end_component(s);
	return 0;
}

static __always_inline void begin_path(struct lanner_scratch *s, struct lanner_automaton *a)
{
	s->look.depth = 0;
	s->look.length = 0;
	s->look.dots = 0;
	s->look.stack[0] = 0;
	s->look.state = 0;
	step_text(s, a, 0);
	s->look.stack[0] = s->look.state;
}

static __always_inline void end_path(struct lanner_scratch *s, struct lanner_automaton *a)
{
	if (s->look.depth <= 1)
		s->bits |= TOP_BIT;
	if (!s->look.depth)
		step_text(s, a, '/');
	step_text(s, a, 0);
}

#define START(s, parameter) ((s)->starts[BOUND(parameter, 63)])
#define LENGTH(s, parameter) ((s)->lengths[BOUND(parameter, 63)])

/* The path that the call was given, absolute and normal. False: it cannot be told. */
static __always_inline bool look_at_given(struct lanner_scratch *s, struct lanner_filter *f, struct lanner_automaton *a)
{
	u32 start = START(s, f->given), length = LENGTH(s, f->given);

	if (length < 2)
		return false;
	begin_path(s, a);
	if (s->data[BOUND(start, MAX_EVENT)] != '/') {
		u32 base = START(s, f->base), base_length = LENGTH(s, f->base);

		if (base_length < 2 || s->data[BOUND(base, MAX_EVENT)] != '/')
			return false;
		look_at(base, base_length - 1);
	}
	look_at(start, length - 1);
	end_path(s, a);
	return true;
}

/* What the names that rules have for the opened file say. */
static __always_inline u64 known_names(struct lanner_scratch *s, u64 inode)
{
	struct lanner_known_inode *known;

	/* As user space has it (src/system/inode-number.ts). */
	inode &= (1ULL << 53) - 1;
	known = bpf_map_lookup_elem(&known_inodes, &inode);
	return known ? known->bits[BOUND(s->generation - 1, 1)] : 0;
}

/* The kernel's path of the file that was opened. False: it cannot be told, or the file may have other names. */
static __always_inline bool look_at_opened(struct lanner_scratch *s, struct lanner_filter *f, struct lanner_automaton *a,
					   bool differs)
{
	u32 start = START(s, f->descriptor), length = LENGTH(s, f->descriptor);
	u64 inode;

	if (length < DESCRIPTOR_HEADER + 2 || s->data[BOUND(start + DESCRIPTOR_HEADER, MAX_EVENT)] != '/') {
		/* No file: then it is judged as if there were no descriptor. */
		s->unknown |= f->late;
		return false;
	}
	if (s->data[BOUND(start + 2, MAX_EVENT)] & DESCRIPTOR_PATH_CUT)
		return false;
	inode = *word_at(&s->data[BOUND(start + DESCRIPTOR_DEVICE_SIZE, MAX_EVENT)]);
	s->bits |= known_names(s, inode);
	if (s->part)
		return false;
	/* The same bytes lead to the same answers. */
	if (!differs)
		return true;
	begin_path(s, a);
	look_at(start + DESCRIPTOR_HEADER, length - DESCRIPTOR_HEADER - 1);
	end_path(s, a);
	return true;
}

/*
 * Whether other threads may change the descriptors of the process. One of them may have put another file in the
 * place of the opened one; user space then looks where links in the given path led.
 */
static __always_inline bool shares_descriptors(struct lanner_scratch *s)
{
	struct task_struct *task = (void *)s->task;
	struct files_struct *files = BPF_CORE_READ(task, files);

	return !bpf_core_field_exists(files->count) || BPF_CORE_READ(files, count.counter) != 1;
}

/* Looks at all names of an open. False: there may be others. */
static __always_inline bool look_at_names(struct lanner_scratch *s, struct lanner_filter *f)
{
	struct lanner_automaton *a = get_automaton(s);
	u32 end = START(s, f->descriptor) + LENGTH(s, f->descriptor) - 1;
	bool given, differs;

	if (!a)
		return false;
	s->look.own = START(s, f->descriptor) + DESCRIPTOR_HEADER;
	s->look.same = 1;
	given = look_at_given(s, f, a);
	differs = !s->look.same || s->look.own != end;
	s->look.same = 0;
	if (s->result < 0)
		return given;
	return look_at_opened(s, f, a, differs || !given) && given && !(differs && shares_descriptors(s));
}

/* Answers a predicate about a number, of which it asks `width` bytes. */
static __always_inline bool answer(const struct lanner_predicate *p, u64 value)
{
	u64 shift = BOUND(64 - 8 * BOUND(p->width, 15), 63);

	value <<= shift;
	if (p->operation == PREDICATE_NOT_NEGATIVE)
		return !(value >> 63);
	value >>= shift;
	return p->operation == PREDICATE_ANY_BIT  ? value & p->operand
	       : p->operation == PREDICATE_EQUALS ? value == p->operand
						  : p->operand >> BOUND(value, 63) & 1;
}

/* The same about a parameter that has been collected. */
static __always_inline void ask(struct lanner_scratch *s, const struct lanner_predicate *p, u64 bit)
{
	u32 width = BOUND(p->width, 15), offset = p->offset;

	if (p->parameter >= s->index || offset + width > LENGTH(s, p->parameter)) {
		s->unknown |= bit;
		return;
	}
	if (answer(p, *word_at(&s->data[BOUND(START(s, p->parameter) + offset, MAX_EVENT)])))
		s->bits |= bit;
}

/* Finds the sets that a name is in. */
__noinline int find_program(void)
{
	struct lanner_scratch *s = get_scratch();
	struct lanner_automaton *a;
	u64 bits = 0, count;

	if (!s)
		return 0;
	a = get_automaton(s);
	if (!a)
		return 0;
	count = a->program_count;
	for (u32 i = 0; i < MAX_PROGRAM_NAMES; i++) {
		if (i >= count)
			break;
		if (a->programs[i].name[0] == s->asked_name.name[0] && a->programs[i].name[1] == s->asked_name.name[1]) {
			bits = a->programs[i].bits;
			break;
		}
	}
	return bits >> FIRST_PROGRAM_BIT;
}

/*
 * Looks at the name of the thread. It must be the one that user space was told last: a name that was changed in
 * another way (by writing to /proc) is not what rules are asked with.
 */
static __always_inline void look_at_program(struct lanner_scratch *s)
{
	struct task_struct *task = (void *)s->task;
	u32 tid = ((struct lanner_header *)s->data)->tid;
	const volatile struct lanner_told_name *told = bpf_map_lookup_elem(&told_names, &tid);
	struct lanner_automaton *a = get_automaton(s);
	u64 edition, found;
	long length;

	s->asked_name.name[0] = 0;
	s->asked_name.name[1] = 0;
	length = bpf_probe_read_kernel_str(s->asked_name.name, sizeof(s->asked_name.name),
					   (void *)task + bpf_core_field_offset(struct task_struct, comm));
	if (!told || !a || length <= 1 || BPF_CORE_READ(task, pid) != tid) {
		s->unknown |= PROGRAM_BITS;
		return;
	}
	/* The entry may become another thread's meanwhile: its number is read last. */
	found = told->found;
	if (told->name[0] != s->asked_name.name[0] || told->name[1] != s->asked_name.name[1] || told->tid != tid) {
		s->unknown |= PROGRAM_BITS;
		return;
	}
	edition = *(volatile u32 *)&a->edition;
	if (!edition || found >> 16 != edition) {
		s->asked_name.tid = tid;
		s->asked_name.found = edition << 16 | (u16)find_program();
		found = s->asked_name.found;
		/* User space may be writing another automaton to the same place. */
		if (edition && *(volatile u32 *)&a->edition == edition)
			bpf_map_update_elem(&told_names, &tid, &s->asked_name, BPF_EXIST);
	}
	s->bits |= found << FIRST_PROGRAM_BIT;
}

/*
 * Whether user space has found that the process is in no container, by the event that told it last. What is not
 * known may be in one. Neither map's entry can be mistaken for another process's: no two have the same number, and
 * what was told of one that had the same id is forgotten at the birth (fork.c).
 */
static __always_inline bool is_on_host(struct lanner_scratch *s)
{
	struct task_struct *task = (void *)s->task;
	u32 pid = BPF_CORE_READ(task, tgid);
	const volatile u64 *told = bpf_map_lookup_elem(&told_places, &pid), *host;

	if (!told)
		return false;
	host = bpf_map_lookup_elem(&host_processes, &pid);
	return host && *host == *told;
}

/*
 * Whether a rule can match the event, as far as it has been collected; paths are looked at when it is
 * `complete`. The answers lie in the scratch room: numbers that the verifier knows would multiply its work.
 */
__noinline int may_match(u32 complete)
{
	struct lanner_scratch *s = get_scratch();
	struct lanner_filter *f;

	if (!s)
		return 1;
	f = get_filter(s);
	if (!f)
		return 1;
	s->bits = 0;
	s->unknown = complete && f->asks_paths ? 0 : NAME_BITS;
	for (u32 i = 0; i < FILTER_ODD; i++) {
		if (i >= f->predicate_count)
			break;
		ask(s, &f->predicates[i], 1ULL << i);
	}
	if (complete && f->asks_paths && !look_at_names(s, f))
		s->unknown |= NAME_BITS;
	if (f->asks_process & ASKS_PROGRAM)
		look_at_program(s);
	if (f->asks_process & ASKS_CONTAINER && !is_on_host(s))
		s->bits |= IN_CONTAINER;
	for (u32 i = 0; i < MAX_TERMS; i++) {
		if (i >= f->term_count)
			break;
		if (!((s->bits ^ f->terms[i].value) & f->terms[i].mask & ~s->unknown))
			return 1;
	}
	if (!is_settled(s))
		return 1;
	s->filtered = 1;
	return 0;
}
