/** A Unix datagram socket that notes what it gets: Node has none. */
import { start } from './lanner.ts';

const RECEIVER = `use Socket; $| = 1; my $path = shift; unlink $path;
socket(my $s, AF_UNIX, SOCK_DGRAM, 0) or die; bind($s, sockaddr_un($path)) or die "$!"; print "ready\\n";
my $pause = shift; sleep 1 while $pause && !-e $pause;
while (defined recv($s, my $data, 1 << 20, 0)) { print unpack('H*', $data), "\\n" }`;

export interface Receiver {
  /** Datagrams so far; ends the receiver. */
  end(): Promise<Buffer[]>;
  /** Resolves when there is a datagram with this in it. */
  saw(text: string): Promise<void>;
  /** Resolves when so many datagrams are there. */
  received(count: number): Promise<void>;
}

/** Listens at `path`. With `gate`, nothing is read before there is a file of that name. */
export async function receiveDatagrams(path: string, gate = ''): Promise<Receiver> {
  const running = start('perl', ['-e', RECEIVER, path, gate]);
  await running.printed('stdout', 'ready\n');
  return {
    saw: (text) => running.printed('stdout', Buffer.from(text).toString('hex')),
    received: (count) => running.printed('stdout', '\n', count + 1),
    async end() {
      running.child.kill('SIGKILL');
      const { stdout } = await running.finished;
      const lines = stdout.split('\n').slice(1, -1);
      return lines.map((line) => Buffer.from(line, 'hex'));
    },
  };
}
