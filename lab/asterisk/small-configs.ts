const empty = '[general]\n';

/**
 * Files that Asterisk's modules look for and complain about when they are
 * missing, switched off or empty.
 */
export const small: Readonly<Record<string, string>> = {
  'acl.conf': '',
  'ccss.conf': empty,
  'cdr.conf': '[general]\nenable=no\n',
  'cel.conf': '[general]\nenable=no\n',
  'cli_aliases.conf': empty,
  'features.conf': empty,
  'geolocation.conf': empty,
  'manager.conf': '[general]\nenabled=no\nwebenabled=no\n',
  'pjproject.conf': '',
  'res_http_media_cache.conf': '[general]\ntimeout_secs=10\n',
  'statsd.conf': empty,
  'udptl.conf': empty,
  'websocket_client.conf': '',
  'logger.conf': `[general]
dateformat=%F %T.%3q

[logfiles]
messages.log => notice,warning,error
`,
  'indications.conf': `[general]
country=us

[us]
description=US
ringcadence=2000,4000
dial=350+440
busy=480+620/500,0/500
ring=440+480/2000,0/4000
congestion=480+620/250,0/250
`,
};
