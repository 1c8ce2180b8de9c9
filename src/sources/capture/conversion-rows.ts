/**
 * How events of older schema versions become events of the current one, a line per event code and number
 * of parameters:
 *
 *     code/parameters name action [code] [source…]
 *
 * The action is one of
 *
 *     store       keep this enter event for the exit event of the same thread, do not deliver it
 *     pass        deliver it as it is
 *     store-pass  both
 *     append      add parameters after those that are there
 *     become      turn it into the event with the code that follows, made of the sources alone
 *
 * and each source gives parameters:
 *
 *     old:2        parameter 2 of this event; old:0-4 parameters 0 to 4
 *     enter:0      parameter 0 of the stored enter event, or the default where that is missing
 *     enter?:0     the same, or empty where it is missing
 *     default      zeros, none where the type has no fixed size; default*2 two such parameters
 *     empty        a parameter of length 0; empty*3 three of them
 *     container    the parameters of an old container event as JSON
 *
 * What comes out is looked up again until it is current. The facts are those of the converter in Falco's
 * reader of captures, schema 4.5.1.
 */
export const CONVERSION_ROWS = `
0/2 syscall store
1/1 syscall append enter?:1
2/0 open append empty*3
2/3 open pass
3/4 open append empty
3/5 open append empty
4/1 close store
5/1 close append enter:0
6/2 read store
7/2 read append enter:0-1
8/2 write store
9/2 write append enter:0-1
10/1 brk store
11/1 brk become 159 old:0 enter?:0 empty*3
12/0 execve become 154
13/8 execve become 155 old:0-7 empty*5
15/11 clone become 157 old:0-7 empty*5 old:8-10
16/0 procexit become 186 empty*5
18/3 socket store
19/1 socket append enter:0-2
19/4 socket append default
20/1 bind store
21/2 bind append enter:0
22/1 connect append default
22/2 connect store-pass
23/2 connect append enter:0
23/3 connect append enter:1
24/2 listen store
25/1 listen append enter:0-1
27/3 accept become 247 old:0-2 default*2
28/2 send store
29/2 send append enter:0-1 default
30/3 sendto store
31/2 sendto append enter:0-2
32/2 recv store
33/2 recv append enter:0-1 default
34/2 recvfrom store
35/3 recvfrom append enter:0-1
36/2 shutdown store
37/1 shutdown append enter:0-1
42/3 socketpair store
43/5 socketpair append enter:0-2
48/3 sendmsg store
49/2 sendmsg append enter:0-2
51/0 sendmmsg append default empty*4
52/1 recvmsg store
53/4 recvmsg append default
53/5 recvmsg append enter:0
55/0 recvmmsg append default empty*5
56/1 accept store
57/3 accept become 389 old:0-2 default*2 enter:0
58/0 creat append empty*2
58/2 creat pass
59/3 creat append empty
59/4 creat append empty
59/5 creat append empty
62/2 eventfd store
63/1 eventfd append enter:0-1
64/3 futex store
65/1 futex append enter:0-2
70/1 fstat store
71/1 fstat append enter:0
78/1 epoll_wait store
79/1 epoll_wait append enter:0
80/2 poll store
81/2 poll append enter:1
85/1 select become 83 old:0
86/3 lseek store
87/1 lseek append enter:0-2
88/3 llseek store
89/1 llseek append enter:0-2
90/2 ioctl store
91/1 ioctl become 171 old:0 enter?:0-1 empty
96/1 fchdir store
97/1 fchdir append enter?:0
98/2 mkdir store
99/1 mkdir become 277 old:0 enter?:0-1
100/1 rmdir store
101/1 rmdir become 279 old:0 enter?:0
102/4 openat store
103/1 openat become 307 old:0 enter?:0-3 empty*2
104/2 link store
105/1 link become 309 old:0 enter?:0-1
106/4 linkat store
107/1 linkat become 311 old:0 enter?:0-3 empty
108/1 unlink store
109/1 unlink become 301 old:0 enter?:0
110/2 unlinkat store
111/1 unlinkat become 303 old:0 enter?:0-1 empty
112/3 pread store
113/2 pread append enter:0-2
114/3 pwrite store
115/2 pwrite append enter:0-2
116/1 readv store
117/3 readv append enter:0
118/2 writev store
119/2 writev append enter:0-1
120/2 preadv store
121/3 preadv append enter:0-1
122/3 pwritev store
123/2 pwritev append enter:0-2
124/1 dup store
125/1 dup become 367 old:0 enter?:0
126/3 signalfd store
127/1 signalfd append enter:0-2
128/2 kill store
129/1 kill append enter:0-1
130/2 tkill store
131/1 tkill append enter:0-1
132/3 tgkill store
133/1 tgkill append enter:0-2
134/1 nanosleep store
135/1 nanosleep append enter:0
136/2 timerfd_create store
137/1 timerfd_create append enter:0-1
138/1 inotify_init store
139/1 inotify_init append enter:0
140/1 getrlimit store
141/3 getrlimit append enter:0
142/1 setrlimit store
143/3 setrlimit append enter:0
144/2 prlimit store
145/5 prlimit append enter?:0-1
146/1 switch become 152 old:0 empty*5
150/2 fcntl store
151/1 fcntl append enter:0-1
151/3 fcntl append default
154/0 execve become 172
155/13 execve become 173 old:0-12 empty
157/16 clone become 217 old:0-12 empty old:13-15
158/1 brk store
159/4 brk append enter?:0
160/6 mmap store
161/4 mmap append enter:0-5
162/6 mmap2 store
163/4 mmap2 append enter:0-5
164/2 munmap store
165/4 munmap append enter:0-1
166/4 splice store
167/1 splice append enter:0-3
168/2 ptrace store
169/0 ptrace append empty*3
169/3 ptrace append enter?:0-1
170/3 ioctl store
171/1 ioctl append enter:0-2
172/0 execve become 214
173/14 execve become 215 old:0-12 empty old:13
183/16 fork become 219 old:0-12 empty old:13-15
185/16 vfork become 221 old:0-12 empty old:13-15
188/4 sendfile store
189/2 sendfile append enter:0-1 enter:3
190/4 quotactl store
191/14 quotactl append enter:0-3
192/3 setresuid store
193/1 setresuid append enter?:0-2
194/3 setresgid store
195/1 setresgid append enter?:0-2
198/1 setuid store
199/1 setuid append enter?:0
200/1 setgid store
201/1 setgid append enter?:0
214/0 execve become 230
215/15 execve become 231 old:0-13 empty old:14
217/17 clone become 223 old:0-13 empty old:14-16 empty*2
219/17 fork become 225 old:0-13 empty old:14-16 empty*2
221/17 vfork become 227 old:0-13 empty old:14-16 empty*2
223/20 clone append empty
225/20 fork append empty
227/20 vfork append empty
228/4 container become 272 container
230/0 execve become 282
231/16 execve become 283 old:0-15 empty
236/1 getdents store
237/1 getdents append enter:0
238/1 getdents64 store
239/1 getdents64 append enter:0
240/2 setns store
241/1 setns append enter?:0-1
242/2 flock store
243/1 flock append enter:0-1
248/1 accept store
249/5 accept become 389 old:0-4 enter:0
250/1 semop store
251/8 semop append enter:0
252/4 semctl store
253/1 semctl append enter:0-3
254/3 ppoll store
255/2 ppoll append enter:1-2
256/1 mount store
257/4 mount append enter:0
259/2 umount become 387 old:0-1
262/3 semget store
263/1 semget append enter:0-2
264/1 access store
265/2 access append enter:0
272/1 container become 324 old:0
276/1 mkdir store
277/2 mkdir append enter?:0
282/0 execve become 288 empty
283/17 execve become 289 old:0-16
284/1 unshare store
285/1 unshare append enter:0
288/1 execve become 292 old:0
289/17 execve become 293 old:0-16 empty
292/1 execve store-pass
293/18 execve append empty
293/19 execve append empty
293/20 execve append empty*3
293/23 execve append empty*3
293/26 execve append empty
293/27 execve append empty
293/28 execve append empty
293/29 execve append empty
293/30 execve append enter?:0
294/2 setpgid store
295/1 setpgid append enter?:0-1
296/1 bpf store
297/1 bpf become 369 old:0 enter?:0
298/1 seccomp append default
298/2 seccomp store
299/1 seccomp append enter:0-1
306/0 openat append empty*4
306/4 openat pass
307/5 openat append empty
307/6 openat append empty
326/0 openat2 append empty*5
326/5 openat2 pass
327/6 openat2 append empty*2
328/3 mprotect store
329/1 mprotect append enter:0-2
330/3 execveat pass
331/19 execveat append empty
331/20 execveat append empty*3
331/23 execveat append empty*3
331/26 execveat append empty
331/27 execveat append empty
331/28 execveat append empty
331/29 execveat append empty
332/3 copy_file_range store
333/3 copy_file_range append enter:0-2
335/20 clone3 append empty
374/1 epoll_create store
375/1 epoll_create append enter:0
376/1 epoll_create1 store
377/1 epoll_create1 append enter:0
388/1 accept4 store
389/5 accept4 append enter:0
390/1 umount2 store
391/2 umount2 append enter:0
396/1 eventfd2 store
397/2 eventfd2 append enter:0
398/2 signalfd4 store
399/2 signalfd4 append enter:0-1
`;
