/**
 * Names of MITRE ATT&CK (https://attack.mitre.org, version 19): tactics in the order of an attack, and techniques that
 * concern Linux, containers and clusters, with their tactics. ATT&CK is of The MITRE Corporation.
 */

export interface NamedTactic {
  /** As in tags of rules, behind `mitre_`. */
  readonly tag: string;
  readonly id: string;
  readonly name: string;
}

export const TACTICS: readonly NamedTactic[] = [
  { tag: 'reconnaissance', id: 'TA0043', name: 'Reconnaissance' },
  { tag: 'resource_development', id: 'TA0042', name: 'Resource Development' },
  { tag: 'initial_access', id: 'TA0001', name: 'Initial Access' },
  { tag: 'execution', id: 'TA0002', name: 'Execution' },
  { tag: 'persistence', id: 'TA0003', name: 'Persistence' },
  { tag: 'privilege_escalation', id: 'TA0004', name: 'Privilege Escalation' },
  { tag: 'stealth', id: 'TA0005', name: 'Stealth' },
  { tag: 'defense_impairment', id: 'TA0112', name: 'Defense Impairment' },
  { tag: 'credential_access', id: 'TA0006', name: 'Credential Access' },
  { tag: 'discovery', id: 'TA0007', name: 'Discovery' },
  { tag: 'lateral_movement', id: 'TA0008', name: 'Lateral Movement' },
  { tag: 'collection', id: 'TA0009', name: 'Collection' },
  { tag: 'command_and_control', id: 'TA0011', name: 'Command and Control' },
  { tag: 'exfiltration', id: 'TA0010', name: 'Exfiltration' },
  { tag: 'impact', id: 'TA0040', name: 'Impact' },
];

/** Until version 18; Falco's rules have it in their tags. */
export const FORMER_TACTICS: readonly NamedTactic[] = [
  { tag: 'defense_evasion', id: 'TA0005', name: 'Defense Evasion' },
];

export interface NamedTechnique {
  readonly name: string;
  /** Tags of tactics; empty where they are those of its technique, or not told here. */
  readonly tactics: readonly string[];
}

/** Id, name, and first letters of the words of its tactics; sub-techniques have those of their technique. */
const LINES = `
T1001 Data Obfuscation: cc
T1003 OS Credential Dumping: ca
T1003.007 Proc Filesystem
T1003.008 /etc/passwd and /etc/shadow
T1005 Data from Local System: c
T1006 Direct Volume Access: s de
T1007 System Service Discovery: d
T1008 Fallback Channels: cc
T1010 Application Window Discovery: d
T1014 Rootkit: s de
T1016 System Network Configuration Discovery: d
T1018 Remote System Discovery: d
T1021 Remote Services: lm
T1021.004 SSH
T1021.005 VNC
T1027 Obfuscated Files or Information: s de
T1027.002 Software Packing
T1027.004 Compile After Delivery
T1029 Scheduled Transfer: ex
T1030 Data Transfer Size Limits: ex
T1033 System Owner/User Discovery: d
T1036 Masquerading: s de
T1036.003 Rename Legitimate Utilities
T1036.004 Masquerade Task or Service
T1036.005 Match Legitimate Resource Name or Location
T1037 Boot or Logon Initialization Scripts: p pe
T1037.004 RC Scripts
T1040 Network Sniffing: ca d
T1041 Exfiltration Over C2 Channel: ex
T1046 Network Service Discovery: d
T1048 Exfiltration Over Alternative Protocol: ex
T1048.003 Exfiltration Over Unencrypted Non-C2 Protocol
T1049 System Network Connections Discovery: d
T1053 Scheduled Task/Job: e p pe
T1053.002 At
T1053.003 Cron
T1053.006 Systemd Timers
T1053.007 Container Orchestration Job
T1055 Process Injection: pe s de
T1055.008 Ptrace System Calls
T1055.009 Proc Memory
T1055.014 VDSO Hijacking
T1056 Input Capture: c ca
T1056.001 Keylogging
T1057 Process Discovery: d
T1059 Command and Scripting Interpreter: e
T1059.004 Unix Shell
T1059.006 Python
T1059.007 JavaScript
T1059.013 Container CLI/API
T1068 Exploitation for Privilege Escalation: pe
T1069 Permission Groups Discovery: d
T1070 Indicator Removal: s de
T1070.002 Clear Linux or Mac System Logs
T1070.003 Clear Command History
T1070.004 File Deletion
T1070.006 Timestomp
T1071 Application Layer Protocol: cc
T1071.001 Web Protocols
T1071.004 DNS
T1072 Software Deployment Tools: e lm
T1074 Data Staged: c
T1078 Valid Accounts: ia p pe s de
T1078.001 Default Accounts
T1078.003 Local Accounts
T1078.004 Cloud Accounts
T1080 Taint Shared Content: lm
T1082 System Information Discovery: d
T1083 File and Directory Discovery: d
T1087 Account Discovery: d
T1090 Proxy: cc
T1090.003 Multi-hop Proxy
T1091 Replication Through Removable Media: ia lm
T1092 Communication Through Removable Media: cc
T1095 Non-Application Layer Protocol: cc
T1098 Account Manipulation: p pe
T1098.004 SSH Authorized Keys
T1098.006 Additional Container Cluster Roles
T1102 Web Service: cc
T1104 Multi-Stage Channels: cc
T1105 Ingress Tool Transfer: cc
T1106 Native API: e
T1110 Brute Force: ca
T1111 Multi-Factor Authentication Interception: ca
T1113 Screen Capture: c
T1115 Clipboard Data: c
T1119 Automated Collection: c
T1120 Peripheral Device Discovery: d
T1123 Audio Capture: c
T1124 System Time Discovery: d
T1129 Shared Modules: e
T1132 Data Encoding: cc
T1133 External Remote Services: ia p
T1135 Network Share Discovery: d
T1136 Create Account: p
T1136.001 Local Account
T1140 Deobfuscate/Decode Files or Information: s de
T1176 Software Extensions: p
T1189 Drive-by Compromise: ia
T1190 Exploit Public-Facing Application: ia
T1195 Supply Chain Compromise: ia
T1199 Trusted Relationship: ia
T1200 Hardware Additions: ia
T1201 Password Policy Discovery: d
T1203 Exploitation for Client Execution: e
T1204 User Execution: e
T1204.003 Malicious Image
T1205 Traffic Signaling: p cc s de
T1210 Exploitation of Remote Services: lm
T1211 Exploitation for Stealth: s de
T1212 Exploitation for Credential Access: ca
T1217 Browser Information Discovery: d
T1218 System Binary Proxy Execution: s de
T1219 Remote Access Tools: cc
T1222 File and Directory Permissions Modification: di s de
T1222.002 Linux and Mac File and Directory Permissions Modification
T1480 Execution Guardrails: s de
T1485 Data Destruction: i
T1486 Data Encrypted for Impact: i
T1489 Service Stop: i
T1490 Inhibit System Recovery: i
T1491 Defacement: i
T1495 Firmware Corruption: i
T1496 Resource Hijacking: i
T1496.001 Compute Hijacking
T1497 Virtualization/Sandbox Evasion: s d de
T1498 Network Denial of Service: i
T1499 Endpoint Denial of Service: i
T1505 Server Software Component: p
T1505.003 Web Shell
T1518 Software Discovery: d
T1525 Implant Internal Image: p
T1528 Steal Application Access Token: ca
T1529 System Shutdown/Reboot: i
T1530 Data from Cloud Storage: c
T1531 Account Access Removal: i
T1537 Transfer Data to Cloud Account: ex
T1539 Steal Web Session Cookie: ca
T1542 Pre-OS Boot: p s de
T1543 Create or Modify System Process: p pe
T1543.002 Systemd Service
T1543.005 Container Service
T1546 Event Triggered Execution: p pe
T1546.004 Unix Shell Configuration Modification
T1546.005 Trap
T1546.017 Udev Rules
T1547 Boot or Logon Autostart Execution: p pe
T1547.006 Kernel Modules and Extensions
T1547.013 XDG Autostart Entries
T1548 Abuse Elevation Control Mechanism: pe s de
T1548.001 Setuid and Setgid
T1548.003 Sudo and Sudo Caching
T1550 Use Alternate Authentication Material: lm s de
T1550.001 Application Access Token
T1552 Unsecured Credentials: ca
T1552.001 Credentials In Files
T1552.003 Shell History
T1552.004 Private Keys
T1552.005 Cloud Instance Metadata API
T1552.007 Container API
T1553 Subvert Trust Controls: di s de
T1554 Compromise Host Software Binary: p
T1555 Credentials from Password Stores: ca
T1556 Modify Authentication Process: ca p di de
T1556.003 Pluggable Authentication Modules
T1557 Adversary-in-the-Middle: ca c
T1558 Steal or Forge Kerberos Tickets: ca
T1559 Inter-Process Communication: e
T1560 Archive Collected Data: c
T1561 Disk Wipe: i
T1562 Impair Defenses: di de
T1562.001 Disable or Modify Tools
T1562.003 Impair Command History Logging
T1562.004 Disable or Modify System Firewall
T1562.006 Indicator Blocking
T1562.012 Disable or Modify Linux Audit System
T1563 Remote Service Session Hijacking: lm
T1563.001 SSH Hijacking
T1564 Hide Artifacts: s de
T1564.001 Hidden Files and Directories
T1565 Data Manipulation: i
T1567 Exfiltration Over Web Service: ex
T1568 Dynamic Resolution: cc
T1569 System Services: e
T1569.002 Service Execution
T1570 Lateral Tool Transfer: lm
T1571 Non-Standard Port: cc
T1572 Protocol Tunneling: cc
T1573 Encrypted Channel: cc
T1574 Hijack Execution Flow: p pe s de
T1574.006 Dynamic Linker Hijacking
T1574.007 Path Interception by PATH Environment Variable
T1580 Cloud Infrastructure Discovery: d
T1601 Modify System Image: di de
T1606 Forge Web Credentials: ca
T1609 Container Administration Command: e
T1610 Deploy Container: e s de
T1611 Escape to Host: pe
T1612 Build Image on Host: s de
T1613 Container and Resource Discovery: d
T1614 System Location Discovery: d
T1620 Reflective Code Loading: s de
T1622 Debugger Evasion: s d de
T1651 Cloud Administration Command: e
T1653 Power Settings: p
T1654 Log Enumeration: d
T1677 Poisoned Pipeline Execution: e
T1685 Disable or Modify Tools: di
T1685.002 Disable or Modify Cloud Log
`;

const SHORT: Readonly<Record<string, string>> = {
  ia: 'initial_access',
  e: 'execution',
  p: 'persistence',
  pe: 'privilege_escalation',
  s: 'stealth',
  di: 'defense_impairment',
  de: 'defense_evasion',
  ca: 'credential_access',
  d: 'discovery',
  lm: 'lateral_movement',
  c: 'collection',
  cc: 'command_and_control',
  ex: 'exfiltration',
  i: 'impact',
};

/** Techniques by their ids, `T1059` or `T1059.004`. */
export const TECHNIQUES: ReadonlyMap<string, NamedTechnique> = new Map(
  LINES.trim()
    .split('\n')
    .map((line): [string, NamedTechnique] => {
      const [id = '', ...words] = line.split(' ');
      const [name = '', tactics = ''] = words.join(' ').split(': ');
      return [id, { name, tactics: tactics.split(' ').flatMap((short) => SHORT[short] ?? []) }];
    }),
);
