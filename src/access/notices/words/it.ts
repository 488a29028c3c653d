import type { Words } from '../words.ts';

export const italian: Words = {
  mail: {
    subject: (address, count) =>
      count > 1
        ? `Sono stati aperti ${count} indirizzi per lei`
        : `${address} è stato aperto per lei`,
    hello: (name) => `Buongiorno ${name},`,
    opened: (address, from, until) =>
      `l’indirizzo ${address} è stato aperto a suo nome: ${from}, fino a ${until}.`,
    several: (count) => `In questi minuti è successo ${count} volte; questa è stata l’ultima.`,
    byCall: (caller) => `È stato chiesto per telefono, da ${caller}.`,
    withheld: 'un numero nascosto',
    byAdministrator: 'Lo ha fatto un amministratore.',
    ifYou: 'Se è stato lei, non deve fare nulla.',
    ifNotYou:
      'Se NON è stato lei, apra questo link e prema il pulsante. Tutto ciò che è aperto a suo nome viene chiuso, e nessuno può aprire nulla a suo nome finché il suo amministratore non ha controllato:',
    linkUntil: (until) => `Il link vale fino a ${until}.`,
    ifNotYouCall: 'Se NON è stato lei, chiami subito il suo amministratore.',
  },
  page: {
    title: 'Non sono stato io',
    question: (address, from) => `L’indirizzo ${address} è stato aperto a suo nome: ${from}.`,
    does: [
      'Chiude questo indirizzo e tutti gli altri aperti a suo nome.',
      'Blocca il suo accesso: nessuno può aprire nulla a suo nome finché il suo amministratore non ha controllato.',
    ],
    button: 'Non sono stato io: chiudere tutto',
    closed: 'Fatto. Ciò che era aperto a suo nome è chiuso, e il suo accesso è bloccato.',
    before: 'È già stato fatto. Con questo link non c’è più nulla da fare.',
    unconfirmed:
      'Il suo accesso è bloccato, ma il firewall non ha confermato che tutto è chiuso. Si continua a provare. Fino ad allora può essere ancora aperto:',
    stillOpen: (address, until) => `${address}, al più tardi fino a ${until}`,
    failed: 'Ora non è possibile. Provi ancora.',
    call: 'Chiami il suo amministratore.',
    invalid:
      'Questo link non è valido, o non lo è più. In caso di dubbio chiami il suo amministratore.',
  },
};
