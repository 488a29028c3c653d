/** Files of the guest that are the lab's own, and no part of dialgate: path and text. */
export const guestFiles: Readonly<Record<string, string>> = {
  'etc/hostname': 'pbx\n',
  'etc/machine-id': '0123456789abcdef0123456789abcdef\n',
  // nobody answers there
  'etc/resolv.conf': 'nameserver 192.0.2.3\n',
  'etc/network/interfaces': `auto lo
iface lo inet loopback
auto eth0
iface eth0 inet static
  address 192.0.2.15/24
`,

  // what the kernel has at the moment from which the network may come up
  'etc/systemd/system/boot-lab-probe.service': `[Unit]
DefaultDependencies=no
After=network-pre.target
Before=networking.service network.target
[Service]
Type=oneshot
ExecStart=/bin/sh -c 'ip -brief address >/run/boot-lab.addresses; nft list ruleset >/run/boot-lab.ruleset'
[Install]
WantedBy=multi-user.target
`,

  // doors that say "open" to whoever reaches them, from before there is a network
  'boot-lab/doors.pl': `use Socket;
my $all = '';
my @doors = map {
  socket(my $door, PF_INET, SOCK_STREAM, 0);
  setsockopt($door, SOL_SOCKET, SO_REUSEADDR, 1);
  bind($door, sockaddr_in($_, INADDR_ANY)) or die;
  listen($door, 64);
  vec($all, fileno($door), 1) = 1;
  $door;
} 443, 5061, 8080;
while (select(my $ready = $all, undef, undef, undef)) {
  for my $door (@doors) {
    next unless vec($ready, fileno($door), 1);
    accept(my $guest, $door) or next;
    syswrite($guest, "open\\n");
    close($guest);
  }
}
`,
  'etc/systemd/system/boot-lab-doors.service': `[Unit]
DefaultDependencies=no
Before=network-pre.target
[Service]
Type=exec
ExecStart=/usr/bin/perl /boot-lab/doors.pl
[Install]
WantedBy=sysinit.target
`,

  // A guest has a boot id of its own, which ProtectProc hides by showing the machine's: it is put there again.
  'etc/systemd/system/boot-lab-id.service': `[Unit]
DefaultDependencies=no
Before=dialgate-helper.service
[Service]
Type=oneshot
ExecStart=/bin/cp /proc/sys/kernel/random/boot_id /run/boot-lab.id
[Install]
WantedBy=sysinit.target
`,
  'etc/systemd/system/dialgate-helper.service.d/boot-lab.conf': `[Service]
BindReadOnlyPaths=/run/boot-lab.id:/proc/sys/kernel/random/boot_id
`,

  // a fail2ban that lifts one ban
  'usr/bin/fail2ban-client': '#!/bin/sh\necho 1\n',

  // stands where cloud-init stands on hosts that are made from images
  'etc/systemd/system/cloud-init.service': `[Unit]
DefaultDependencies=no
After=networking.service
Before=network-online.target sysinit.target
[Service]
Type=oneshot
ExecStart=/bin/true
RemainAfterExit=yes
[Install]
WantedBy=multi-user.target
`,

  // somebody who wants network-online, so that it is reached
  'etc/systemd/system/boot-lab-online.service': `[Unit]
Wants=network-online.target
After=network-online.target
[Service]
Type=oneshot
ExecStart=/bin/true
RemainAfterExit=yes
[Install]
WantedBy=multi-user.target
`,

  // dialgate, as an administrator would set it up
  'etc/dialgate/helper.json': `{
  "socket": "/run/dialgate-helper/helper.sock",
  "socketGroup": "dialgate",
  "services": { "sip": ["tcp/5061"], "web": ["tcp/443"] },
  "trusted": ["192.0.2.7/32"],
  "longest": 43200,
  "mostAddresses": 1024,
  "networks": false,
  "standing": { "most": 10000, "widest4": 16, "widest6": 32 }
}
`,
  'etc/dialgate/dialgate.yaml': `database: /var/lib/dialgate/dialgate.db
key_file: /etc/dialgate/secret.key
asterisk:
  url: http://127.0.0.1:8088
  username: dialgate
  password_file: /etc/dialgate/ari.password
  application: dialgate
firewall:
  kind: helper
  socket: /run/dialgate-helper/helper.sock
http:
  host: 127.0.0.1
  port: 8787
  admin_socket: /run/dialgate/admin.sock
access:
  services: [sip, web]
  also_allow: [192.0.2.0/24]
speech:
  language: en
  cache: /var/cache/dialgate/sounds
external_address:
  address: 192.0.2.15
`,
};

export const enabled = [
  ...['nftables', 'dialgate-helper', 'dialgate', 'dialgate-unban.socket', 'cloud-init'],
  ...['boot-lab-id', 'boot-lab-probe', 'boot-lab-doors', 'boot-lab-online'],
];
