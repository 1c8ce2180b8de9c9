# Opens, reads, writes, renames and removes files, and talks to itself over loopback sockets: ROUNDS times, in CHILDREN processes.
# A pause now and then lets whoever watches keep up on a busy machine.
use strict; use Socket; use IO::Handle;
my ($rounds, $children, $folder) = @ARGV;
my @files = grep { -f } glob('/usr/bin/[a-m]* /usr/lib/x86_64-linux-gnu/*.so* /etc/*.conf /usr/share/perl5/*.pm');
sub round {
  my ($n) = @_;
  for my $i (0 .. 7) {
    my $file = $files[($n * 8 + $i) % @files];
    open(my $in, '<', $file) or next; sysread($in, my $bytes, 4096); close($in);
  }
  open(my $out, '>', "$folder/out.$$") or die; syswrite($out, "line $n\n"); close($out);
  rename("$folder/out.$$", "$folder/done.$$"); unlink("$folder/done.$$");
  socket(my $server, PF_INET, SOCK_STREAM, 6) or die; bind($server, sockaddr_in(0, INADDR_LOOPBACK)) or die; listen($server, 1);
  socket(my $client, PF_INET, SOCK_STREAM, 6) or die; connect($client, getsockname($server)) or die;
  accept(my $peer, $server) or die; send($client, "ping $n", 0); recv($peer, my $got, 64, 0); send($peer, "pong", 0); recv($client, $got, 64, 0);
  close($peer); close($client); close($server);
}
my @pids;
for (1 .. $children) { my $pid = fork(); if (!$pid) { for (1 .. $rounds) { round($_); select(undef, undef, undef, 0.02) if $_ % 40 == 0 } exit 0 } push @pids, $pid }
waitpid($_, 0) for @pids;
