/** What `dialgate init` writes where there is no configuration yet; every value shown is the default. */
export const configTemplate = (
  folder: string,
): string => `# dialgate's configuration. "dialgate check-config" checks it; docs/configuration.md explains it.

database: /var/lib/dialgate/dialgate.db
key_file: ${folder}/secret.key

asterisk:
  url: http://127.0.0.1:8088
  username: dialgate
  password_file: ${folder}/ari.password
  application: dialgate

# The privileged helper does the firewall work; which ports a service has, and
# who is always trusted, stands in its own file, ${folder}/helper.json.
# To try dialgate without touching a firewall: { kind: dry-run, services: [sip, web] }
firewall:
  kind: helper
  socket: /run/dialgate-helper/helper.sock

http:
  host: 127.0.0.1
  port: 8787
  admin_socket: /run/dialgate/admin.sock

access:
  services: [sip, rtp, web]   # what a call opens
  open_for: 4h
  longest: 12h
  most_open: 5                # addresses that one user may have open at once

# Standing entries ("dialgate host add"): hosts, networks and names that are let in for good.
# How many there may be, and how wide, is for helper.json to say ("standing").
entries:
  grace: 24h                  # how long a name that is not answered keeps its last addresses

# The record of what was tried and done (docs/audit.md).
audit:
  # keep: 730d                # how old a row may become; all are kept without it
  # checkpoints: /mnt/elsewhere/dialgate.checkpoints   # better not on this host
  checkpoint_every: 1h

# Who is told of what happens (docs/notifications.md).
# notify:
#   smtp: { host: mail.example.net, user: gate, password_file: ${folder}/mail.password, from: gate@example.net }
#   administrators: [ops@example.net]
#   base_url: https://gate.example.net   # for the link "this was not me"
#   webhooks: [{ url: https://hooks.example.net/in, secret_file: ${folder}/hook.secret }]

# How numbers are dialled where the PBX stands, so that one number is one number
# however it is presented; in quotes. In North America: "1", "011" and "1".
dialling:
  country: ""                 # such as "49"
  international: "00"
  trunk: ""                   # such as "0"

# The number that travellers dial; travel cards show it.
# telephone:
#   number: "+1 555 0142"

# Whose calls are answered at all. Users' own numbers pass the brake.
admission:
  at_once: 50
  per_caller_per_hour: 20
  exceptions: []              # numbers treated like those of users: twice at once, no limit by the hour

# Phones users back who have --callers call-back.
# call_back:
#   endpoint: PJSIP/{number}@carrier

# Recognises callers by the connection that they try during the call.
pairing:
  window: 60s
  ipv6: address               # or network: opens the caller's /64

speech:
  language: en
  languages: []               # those that users may have besides: es, fr, de, it
  offer: []                   # those offered at the greeting: star 1, star 2, ...
  cache: /var/cache/dialgate/sounds

# The address that callers are told. Leave out "address" to have it discovered.
external_address:
  stun: []                    # such as [stun.example.net:3478]; else the default route's address
  refresh: 10m
`;

/**
 * What the helper may do at most; owned by root. SSH is not among the services:
 * who guards it must first have made sure of their own way in.
 */
export const helperTemplate = (trusted: string | undefined): string => `{
  "socket": "/run/dialgate-helper/helper.sock",
  "socketGroup": "dialgate",
  "services": {
    "sip": ["udp/5060", "tcp/5060-5061"],
    "rtp": ["udp/10000-20000"],
    "web": ["tcp/80", "tcp/443"]
  },
  "trusted": [${trusted === undefined ? '' : `"${trusted}"`}],
  "longest": 43200,
  "mostAddresses": 1024,
  "networks": false,
  "standing": { "most": 10000, "widest4": 16, "widest6": 32 }
}
`;
