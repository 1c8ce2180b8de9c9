/** Cases for 60-network.yaml. All addresses are those of a loopback interface in a namespace of the test. */
import type { Twin, Violation } from './case.ts';

export const NETWORK_VIOLATIONS: readonly Violation[] = [
  {
    rule: 'Network Socket Attached to Standard Stream',
    because: 'a connection is duplicated onto standard input, as reverse shells do',
    place: 'container',
    does: 'behave socket-as-stdin 198.51.100.1 4444',
    shows: { 'evt.type': 'dup2', 'fd.name': /198\.51\.100\.1:4444/ },
  },
  {
    rule: 'Network Socket Attached to Standard Stream',
    because: 'standard input is closed and the socket made in its place, without dup',
    place: 'container',
    does: 'behave connect-as-stdin 198.51.100.1 4445',
    shows: { 'evt.type': 'connect', 'fd.name': /198\.51\.100\.1:4445/ },
  },
  {
    rule: 'Shell or File Tool Connects to Network',
    because: 'bash opens a connection by /dev/udp',
    place: 'host',
    does: "bash -c 'exec 5<>/dev/udp/198.51.100.1/4446'",
    shows: { 'proc.name': 'bash', 'fd.name': /198\.51\.100\.1:4446/ },
  },
  {
    rule: 'Unexpected Program Listens on Network',
    because: 'netcat waits for a connection',
    place: 'container',
    does: 'timeout 1 nc -l -p 4447 || true',
    shows: { 'proc.name': 'nc' },
  },
  {
    rule: 'Inline Script Uses Network',
    because: 'Perl is given a program on the command line that connects',
    place: 'host',
    does: 'perl -MIO::Socket::INET -e \'IO::Socket::INET->new(Proto => "udp", PeerAddr => "198.51.100.1", PeerPort => 4448) or die\'',
    shows: { 'proc.name': 'perl', 'fd.name': /198\.51\.100\.1:4448/ },
  },
  {
    rule: 'Raw or Packet Socket in Container',
    because: 'a packet socket is opened, which sees all traffic',
    place: 'container',
    does: 'behave socket packet',
    shows: { 'evt.arg.domain': 'AF_PACKET' },
  },
  {
    rule: 'Raw or Packet Socket in Container',
    because: 'a raw socket is opened',
    place: 'container',
    does: 'behave socket raw',
    shows: { 'evt.arg.domain': 'AF_INET' },
  },
  {
    rule: 'Cloud Metadata Service Contacted in Container',
    because: "the machine's credentials are asked for",
    place: 'container',
    does: 'behave connect 169.254.169.254 80',
    shows: { 'fd.name': /169\.254\.169\.254:80/ },
  },
];

export const NETWORK_TWINS: readonly Twin[] = [
  {
    rule: 'Network Socket Attached to Standard Stream',
    because: 'a file becomes standard input, as for every redirection',
    place: 'container',
    does: 'behave file-as-stdin /etc/hosts; cat < /etc/hosts | cat',
  },
  {
    rule: 'Network Socket Attached to Standard Stream',
    because: 'a client connects on a descriptor of its own',
    place: 'container',
    does: 'behave connect 198.51.100.1 4450',
  },
  {
    rule: 'Network Socket Attached to Standard Stream',
    because: "busybox's web server hands a connection to its child as standard input and output",
    place: 'container',
    does: 'httpd -f -p 8081 -h /usr/share & server=$!; sleep 0.2; wget -q -O /dev/null http://127.0.0.1:8081/empty; kill $server',
  },
  {
    rule: 'Shell or File Tool Connects to Network',
    because: 'a script looks whether a service answers on its own machine',
    place: 'host',
    does: "bash -c 'exec 5<>/dev/udp/127.0.0.1/4451'",
  },
  {
    rule: 'Unexpected Program Listens on Network',
    because: 'a web server waits for connections',
    place: 'container',
    does: 'timeout 1 httpd -f -p 8080 || true',
  },
  {
    rule: 'Inline Script Uses Network',
    because: 'a program in Perl that is a file connects, with options that look alike',
    place: 'host',
    does: 'perl "$SCRATCH/client.pl" -e -c',
  },
  {
    rule: 'Inline Script Uses Network',
    because: 'an inline script stays on its own machine',
    place: 'host',
    does: 'perl -MIO::Socket::INET -e \'IO::Socket::INET->new(Proto => "udp", PeerAddr => "127.0.0.1", PeerPort => 4452) or die\'',
  },
  {
    rule: 'Raw or Packet Socket in Container',
    because: 'ping is used, and an ordinary socket opened',
    place: 'container',
    does: 'ping -c 1 127.0.0.1; behave socket datagram',
  },
  {
    rule: 'Cloud Metadata Service Contacted in Container',
    because: 'another address is connected to',
    place: 'container',
    does: 'behave connect 198.51.100.1 80',
  },
];
