// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Builds one event in the CPU's scratch room and hands it to the CPU's ring buffer. The layout is that of
 * src/events/cursor.ts: header, a 16-bit length per parameter, the parameters.
 */
#pragma once
#include "maps.h"

#define HEADER_SIZE 26

struct lanner_header {
	u64 timestamp;
	u64 tid;
	u32 length;
	u16 code;
	u32 parameters;
} __attribute__((packed));

/*
 * Keeps a value within a mask in a way that neither compiler nor verifier can lose: clang drops masks that
 * it proves redundant, and then the verifier, which cannot prove it, rejects the access.
 */
#define BOUND(value, mask)                                          \
	({                                                          \
		u64 __bounded = (value);                            \
		asm volatile("%0 &= %1" : "+r"(__bounded) : "i"(mask)); \
		__bounded;                                          \
	})

/*
 * Numbers among bytes, wherever they lie. Said with a cast alone, clang knows that a byte may lie anywhere, and takes
 * the number together byte by byte.
 */
static __always_inline u64 *word_at(const void *place)
{
	return (u64 *)place;
}

static __always_inline u32 *half_at(const void *place)
{
	return (u32 *)place;
}

static __always_inline u16 *quarter_at(const void *place)
{
	return (u16 *)place;
}

static __always_inline struct lanner_scratch *get_scratch(void)
{
	u32 cpu = bpf_get_smp_processor_id();
	return bpf_map_lookup_elem(&scratch, &cpu);
}

static __always_inline struct lanner_counters *get_counters(void)
{
	u32 cpu = bpf_get_smp_processor_id();
	return bpf_map_lookup_elem(&counters, &cpu);
}

static __always_inline struct lanner_filter *get_filter(struct lanner_scratch *s)
{
	u32 entry = (s->generation - 1) * MAX_CODES + s->code;

	return s->generation ? bpf_map_lookup_elem(&filters, &entry) : NULL;
}

static __always_inline struct lanner_automaton *get_automaton(struct lanner_scratch *s)
{
	u32 entry = s->generation - 1;

	return bpf_map_lookup_elem(&automata, &entry);
}

static __always_inline u32 edition_of_automaton(struct lanner_scratch *s)
{
	struct lanner_automaton *a = get_automaton(s);

	return a ? *(volatile u32 *)&a->edition : 0;
}

/*
 * Whether the event's filter and automaton are still those that it began with. While it was under way the rules may
 * have been changed twice, and then others stand in their place: what was found in both is no answer.
 */
static __always_inline bool is_settled(struct lanner_scratch *s)
{
	return s->edition && edition_of_automaton(s) == s->edition;
}

/* Chooses the filter of the event that begins. The generation stays the same until its end. */
static __always_inline void choose_filter(struct lanner_scratch *s)
{
	u32 zero = 0, *generation = bpf_map_lookup_elem(&filter_generation, &zero);
	struct lanner_filter *filter;

	s->early = 0;
	s->filtered = 0;
	s->glances = 0;
	s->generation = generation ? *(volatile u32 *)generation : 0;
	s->edition = edition_of_automaton(s);
	filter = get_filter(s);
	if (!filter || !filter->enabled) {
		s->generation = 0;
		return;
	}
	s->early = filter->early;
	s->filtered = !filter->term_count && is_settled(s);
	s->glances = filter->glances;
}

/* Tells when the event was. It takes as long as reading ten numbers, so of what may be left out not at the beginning. */
static __always_inline void stamp(struct lanner_scratch *s)
{
	((struct lanner_header *)s->data)->timestamp = bpf_ktime_get_boot_ns() + settings.epoch_offset;
}

/* Begins an event in the room that the caller has taken. */
static __always_inline void start_event(struct lanner_scratch *s, const struct lanner_call *call, u32 tid)
{
	struct lanner_header *header;

	s->code = call->code;
	s->index = 0;
	s->position = HEADER_SIZE + 2 * call->count;
	s->file = 0;
	s->filename = 0;
	s->part = 0;
	s->given_length = 0;
	s->is_datagram = 0;
	s->elsewhere = 0;
	s->names_thread = 0;
	s->tells_place = 0;
	choose_filter(s);
	header = (struct lanner_header *)s->data;
	header->tid = tid;
	header->code = call->code;
	header->parameters = call->count;
	if (!s->glances)
		stamp(s);
}

/* Takes the room and begins an event; NULL when the CPU is in the middle of another one, which is counted. */
static __always_inline struct lanner_scratch *begin_event(const struct lanner_call *call, u32 tid)
{
	struct lanner_scratch *s = get_scratch();

	if (!s)
		return NULL;
	if (s->busy) {
		struct lanner_counters *c = get_counters();
		if (c)
			c->busy[BOUND(call->code, MAX_CODES - 1)]++;
		return NULL;
	}
	s->busy = 1;
	s->interface = INTERFACE_NATIVE;
	s->kernel_copy = 0;
	start_event(s, call, tid);
	return s;
}

/* What user space knows of the thread's name from now on: what the event has told it, or nothing if that is lost. */
static __always_inline void note_told_name(struct lanner_scratch *s, bool is_told)
{
	u32 tid = ((struct lanner_header *)s->data)->tid;

	s->told_name.found = 0;
	s->told_name.tid = tid;
	if (is_told && (u8)s->told_name.name[0])
		bpf_map_update_elem(&told_names, &tid, &s->told_name, BPF_ANY);
	else
		bpf_map_delete_elem(&told_names, &tid);
}

/* The same of its process's control groups, which the container follows from. */
static __always_inline void note_told_place(struct lanner_scratch *s, bool is_told)
{
	u32 pid = ((struct lanner_header *)s->data)->tid;
	u64 timestamp = ((struct lanner_header *)s->data)->timestamp;

	/* What was told before does not hold any more, also where there is no room to say so. */
	if (!is_told || bpf_map_update_elem(&told_places, &pid, &timestamp, BPF_ANY))
		bpf_map_delete_elem(&told_places, &pid);
}

/* Hands the event out, unless no rule can match it. What does not fit is lost. All is counted. */
static __always_inline void output_event(struct lanner_scratch *s)
{
	u32 cpu = bpf_get_smp_processor_id();
	struct lanner_counters *c = bpf_map_lookup_elem(&counters, &cpu);
	void *ring = bpf_map_lookup_elem(&rings, &cpu);
	u64 code = BOUND(s->code, MAX_CODES - 1);
	u64 size = s->position;

	if (s->filtered) {
		if (c)
			c->filtered[code]++;
		return;
	}
	((struct lanner_header *)s->data)->length = size;
	if (c) {
		u64 emitted = c->emitted[code];

		if (size > MAX_EVENT)
			c->oversize[code]++;
		else if (ring && !bpf_ringbuf_output(ring, s->data, BOUND(size, MAX_EVENT), 0))
			c->emitted[code]++;
		else
			c->full[code]++;
		if (s->names_thread)
			note_told_name(s, c->emitted[code] != emitted);
		if (s->tells_place)
			note_told_place(s, c->emitted[code] != emitted);
	}
}

/* Hands the event out and gives the room back. */
static __always_inline void submit_event(struct lanner_scratch *s)
{
	output_event(s);
	s->busy = 0;
}

/* Room for the next parameter: a bounded offset into `data`, with at least 2 * MAX_TEXT bytes behind it. */
#define HERE(s) (&(s)->data[BOUND((s)->position, MAX_EVENT)])

/* The same, some bytes further on. */
#define THERE(s, offset) (&(s)->data[BOUND((s)->position + (offset), MAX_EVENT)])

/* The next parameter, `length` bytes that lie at HERE, is complete. */
static __always_inline void append(struct lanner_scratch *s, u32 length)
{
	u64 index = BOUND(s->index, 63);

	*quarter_at(&s->data[HEADER_SIZE + 2 * index]) = length;
	s->starts[index] = s->position;
	s->lengths[index] = length;
	s->position += length;
	s->index++;
}

static __always_inline void append_number(struct lanner_scratch *s, u64 value, u32 size)
{
	*word_at(HERE(s)) = value;
	append(s, size);
}

static __always_inline void append_empty(struct lanner_scratch *s)
{
	append(s, 0);
}

/*
 * Reads what a call points to. What a request of io_uring pointed to has been copied when it was made: the
 * copy is kernel memory, and no thread can change it.
 */
static __always_inline long read_given(struct lanner_scratch *s, void *to, u32 size, u64 from)
{
	if (s->kernel_copy)
		return bpf_probe_read_kernel(to, size, (void *)from);
	return bpf_probe_read_user(to, size, (void *)from);
}

/* Reads a string of the process and returns its length with the NUL; 0 when it cannot be read. */
static __always_inline u32 read_user_text(u8 *to, u32 size, u64 address)
{
	long length = bpf_probe_read_user_str(to, size, (void *)address);

	if (length)
		return length > 0 ? length : 0;
	/* Of an empty string the kernel says 0 until 6.13, and not 1 (strncpy_from_user_nofault in mm/maccess.c). */
	*to = 0;
	return 1;
}

/* A string with its NUL; empty when it cannot be read. */
static __always_inline void append_user_text(struct lanner_scratch *s, u64 address)
{
	append(s, address ? read_user_text(HERE(s), MAX_TEXT, address) : 0);
}

/* The event tells that its thread has the name that was appended last. */
static __always_inline void name_thread(struct lanner_scratch *s)
{
	u64 index = BOUND(s->index - 1, 63);
	u64 *from = word_at(&s->data[BOUND(s->starts[index], MAX_EVENT)]), length = s->lengths[index];

	if (length > 16)
		length = 16;
	s->told_name.name[0] = length < 8 ? from[0] & ~(~0ULL << 8 * length) : from[0];
	s->told_name.name[1] = length <= 8 ? 0 : length < 16 ? from[1] & ~(~0ULL << BOUND(8 * (length - 8), 63)) : from[1];
	/* The last of 16 bytes is the end. */
	s->told_name.name[1] &= ~0ULL >> 8;
	s->names_thread = 1;
}

static __always_inline void append_kernel_text(struct lanner_scratch *s, u64 address)
{
	long length = 0;

	if (address)
		length = bpf_probe_read_kernel_str(HERE(s), MAX_TEXT, (void *)address);
	append(s, length > 0 ? length : 0);
}

/* Argument `index` of the call; 0 when there is none. */
static __always_inline u64 argument(struct lanner_scratch *s, u8 index)
{
	return index == NO_ARGUMENT ? 0 : s->arguments[BOUND(index, 15)];
}
