/**
 * Workloads of the live measurements: a compiler started again and again, a web server that has been up for a moment
 * with its client, a sleeper, and a load that opens, moves and removes files as fast as it can.
 */
import { join } from 'node:path';

const BUILD = String.raw`
for i in 1 2 3 4 5 6 7 8; do
  printf '#include <stdio.h>\n#include <stdlib.h>\nint f%d(void) { return printf("x"); }\n' $i > f$i.c
done
for round in 1 2 3; do
  for i in 1 2 3 4 5 6 7 8; do cc -O1 -c f$i.c -o f$i.o; done
  ar rc lib$round.a f*.o
done`;

const SERVER = String.raw`
use Socket; select(undef, undef, undef, 0.5);
socket(my $listener, PF_INET, SOCK_STREAM, 0); bind($listener, pack_sockaddr_in(0, INADDR_LOOPBACK)); listen($listener, 16);
my $address = getsockname($listener);
open(my $page, '>', 'page.html'); print $page 'x' x 500; close($page);
if (fork() == 0) {
  for (1 .. 2000) {
    accept(my $client, $listener); sysread($client, my $request, 1000);
    open(my $file, '<', 'page.html'); read($file, my $text, 1000); close($file);
    open(my $none, '<', 'page.html.gz'); syswrite($client, "HTTP/1.0 200 OK\r\n\r\n$text"); close($client);
  }
  exit;
}
for (1 .. 2000) {
  socket(my $s, PF_INET, SOCK_STREAM, 0); connect($s, $address); syswrite($s, "GET /page.html HTTP/1.0\r\n\r\n");
  1 while sysread($s, my $answer, 4096); close($s);
}
wait;`;

/** By name, each a command that ends by itself and works in its current folder. */
export const WORKLOADS: Readonly<Record<string, readonly string[]>> = {
  build: ['sh', '-c', BUILD],
  server: ['perl', '-e', SERVER],
  // Ports of ended connections are not to be had for a minute: more rounds would use them up.
  files: ['perl', join(import.meta.dirname, 'file-socket-load.pl'), '500', '2', '.'],
  idle: ['sh', '-c', 'for i in 1 2 3 4 5 6 7 8 9 10; do sleep 0.2; done'],
};
