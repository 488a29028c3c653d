/**
 * Names of SIP providers' servers, to be let in one by one: a starting point, and no
 * promise. They are those that a security audit of Incredible PBX named in 2016, less
 * the providers that it says have ceased; nobody has asked the providers since. Ask
 * yours for its present names before you rely on one.
 */
export const providerCatalogue: ProviderCatalogue = {
  asOf: '2016',
  providers: [
    { provider: 'Vitelity', names: ['outbound1.vitelity.net', 'inbound1.vitelity.net'] },
    {
      provider: 'VoIP.ms',
      names: [
        'atlanta.voip.ms',
        'chicago.voip.ms',
        'dallas.voip.ms',
        'houston.voip.ms',
        'losangeles.voip.ms',
        'newyork.voip.ms',
        'seattle.voip.ms',
        'tampa.voip.ms',
        'montreal.voip.ms',
        'montreal2.voip.ms',
        'toronto.voip.ms',
        'toronto2.voip.ms',
        'london.voip.ms',
      ],
    },
    { provider: 'DID for Sale', names: ['didforsale.com'] },
    { provider: 'Callcentric', names: ['callcentric.com'] },
    { provider: 'sipgate', names: ['sipgate.com'] },
    { provider: 'VoIPStreet', names: ['chi-in.voipstreet.com'] },
    { provider: 'Les.net', names: ['did.voip.les.net'] },
    { provider: 'Axvoice', names: ['magnum.axvoice.com'] },
    { provider: 'SIP Thor', names: ['proxy.sipthor.net'] },
    { provider: 'VoIPWelcome', names: ['sip.voipwelcome.com'] },
    {
      provider: 'Future Nine',
      names: ['incoming.future-nine.com', 'outgoing.future-nine.com'],
    },
    {
      provider: 'Teliax',
      names: ['den.teliax.net', 'lax.teliax.net', 'nyc.teliax.net', 'atl.teliax.net'],
    },
    { provider: 'Simonics', names: ['gvgw1.simonics.com'] },
    { provider: 'SIP2SIP', names: ['sip2sip.info'] },
  ],
};

export interface ProviderCatalogue {
  /** When the names were gathered, as exactly as is known. */
  readonly asOf: string;
  readonly providers: readonly { readonly provider: string; readonly names: readonly string[] }[];
}
