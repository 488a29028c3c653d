/** A service that ships: ports as `helper.json` writes them, and what they are for. */
export interface CatalogueService {
  readonly ports: readonly string[];
  /** For people; at most 100 characters. */
  readonly about: string;
}

/**
 * The services of a PBX under the names that `helper.json` may call them by:
 * `"services": ["sip", "rtp", "web"]`. No two of them share a port, unless the text says
 * which is instead of which. Ports from what PBXs open today (Travelin' Man 3, VoipNow's
 * firewall installer, IvozProvider's security guide), and from the RFC or the program
 * that they come from. A site's own ports go beside it, as an object.
 */
export const catalogue: Readonly<Record<string, CatalogueService>> = {
  // RFC 3261, section 19.1.2; all three name it
  sip: { ports: ['udp/5060', 'tcp/5060'], about: 'SIP signalling of telephones and trunks' },
  // RFC 3261 (sips); VoipNow opens the UDP port as well
  'sip-tls': { ports: ['tcp/5061', 'udp/5061'], about: 'SIP over TLS' },
  // Travelin' Man 3 opens 5060 to 5069 as one
  'sip-wide': {
    ports: ['udp/5060-5069', 'tcp/5060-5069'],
    about: 'SIP on 5060 to 5069, instead of sip and sip-tls',
  },
  // VoipNow: SIP and provisioning
  'sip-5050': { ports: ['udp/5050', 'tcp/5050'], about: "SIP on VoipNow's second port" },
  // IvozProvider: where the proxies of users and of trunks share an address
  'sip-trunks': {
    ports: ['udp/7060', 'tcp/7060-7061'],
    about: "SIP of IvozProvider's trunks, where they share an address with users",
  },
  // the second SIP driver of FreePBX
  'sip-second': { ports: ['udp/5160', 'tcp/5160-5161'], about: "SIP of FreePBX's second driver" },
  // RFC 5456, section 7.1; Travelin' Man 3
  iax: { ports: ['udp/4569'], about: 'IAX2 trunks between Asterisk servers' },
  // rtp.conf of Asterisk; VoipNow
  rtp: { ports: ['udp/10000-20000'], about: "sound of calls (Asterisk's and VoipNow's range)" },
  // IvozProvider
  'rtp-ivoz': {
    ports: ['udp/13000-19000'],
    about: "sound of calls in IvozProvider's range, instead of rtp",
  },
  // udptl.conf of Asterisk, less IAX's port. VoipNow's 4000 to 5999 would take SIP's with it.
  t38: { ports: ['udp/4000-4568', 'udp/4570-4999'], about: 'fax by T.38' },
  // all three
  web: { ports: ['tcp/80', 'tcp/443'], about: 'web pages: portals of users and of the PBX' },
  // the other half of Travelin' Man 3's web entry
  'web-admin': { ports: ['tcp/9080'], about: 'administration by web on ports apart' },
  // Travelin' Man 3's, and Webmin's own
  webmin: { ports: ['tcp/9001', 'tcp/10000'], about: 'Webmin' },
  // RFC 4253; 9022 is Incredible PBX's second
  ssh: { ports: ['tcp/22', 'tcp/9022'], about: 'remote shells: look after your own way in first' },
  // TFTP: RFC 1350. 84 and 1443: FreePBX. 1443 and 2443: IvozProvider.
  provisioning: {
    ports: ['udp/69', 'tcp/84', 'tcp/1443', 'tcp/2443'],
    about: 'telephones fetching their settings, by TFTP, HTTP and HTTPS',
  },
  // RFC 959; passive ports are the FTP server's to choose, and must be added
  ftp: { ports: ['tcp/21'], about: "FTP's control connection; add your server's passive ports" },
  // VoipNow; RFC 6120 and XEP-0206
  xmpp: { ports: ['tcp/5222', 'tcp/5269', 'tcp/5280'], about: 'instant messages (XMPP)' },
  // http.conf of Asterisk, with TLS
  webrtc: { ports: ['tcp/8089'], about: 'telephones in the browser: SIP over secure websockets' },
  // RFC 8489 and RFC 8656
  stun: { ports: ['udp/3478', 'tcp/3478', 'tcp/5349'], about: 'STUN and TURN' },
  // Travelin' Man 3
  fop: { ports: ['tcp/4445'], about: 'Flash Operator Panel' },
  // manager.conf of Asterisk
  ami: { ports: ['tcp/5038-5039'], about: "Asterisk's manager interface" },
  // VoipNow
  dns: { ports: ['udp/53', 'tcp/53'], about: 'name server' },
  smtp: { ports: ['tcp/25'], about: 'mail' },
};
