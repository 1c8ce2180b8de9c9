// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The probe: one object out of one program per tracepoint. */
#include "connecting.c"
#include "exec.c"
#include "exit.c"
#include "fork.c"
#include "page-fault.c"
#include "signal.c"
#include "switch.c"
#include "system-call.c"
#include "uring.c"

char LICENSE[] SEC("license") = "Dual BSD/GPL";
