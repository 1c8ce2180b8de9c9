/** Ports of well-known services, as services(5) has them: rules may write `fd.sport = https`. */
const ROWS = `
echo 7, discard 9, systat 11, daytime 13, netstat 15, chargen 19, ftp-data 20, ftp 21, ssh 22, telnet 23,
smtp 25, time 37, whois 43, tacacs 49, domain 53, bootps 67, bootpc 68, tftp 69, gopher 70, finger 79,
http 80, www 80, kerberos 88, pop3 110, sunrpc 111, auth 113, nntp 119, ntp 123, epmap 135, netbios-ns 137,
netbios-dgm 138, netbios-ssn 139, imap2 143, imap 143, snmp 161, snmp-trap 162, snmptrap 162, bgp 179,
irc 194, ldap 389, https 443, snpp 444, microsoft-ds 445, submissions 465, exec 512, login 513, shell 514,
syslog 514, printer 515, talk 517, ntalk 518, uucp 540, klogin 543, kshell 544, nntps 563, submission 587,
ldaps 636, ftps-data 989, ftps 990, telnets 992, imaps 993, pop3s 995, socks 1080, openvpn 1194,
ms-sql-s 1433, ms-sql-m 1434, l2f 1701, radius 1812, radius-acct 1813, nfs 2049, docker 2375,
docker-s 2376, etcd-client 2379, etcd-server 2380, mysql 3306, svn 3690, epmd 4369, sip 5060, sip-tls 5061,
xmpp-client 5222, xmpp-server 5269, mdns 5353, postgresql 5432, amqps 5671, amqp 5672, x11 6000,
redis 6379, git 9418, http-alt 8080, mqtt 1883, secure-mqtt 8883, mongodb 27017
`;

export const SERVICE_PORTS: ReadonlyMap<string, number> = new Map(
  ROWS.trim()
    .split(/,\s*/)
    .map((row) => {
      const [name = '', port] = row.split(' ');
      return [name, Number(port)];
    }),
);
