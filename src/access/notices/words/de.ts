import type { Words } from '../words.ts';

export const german: Words = {
  mail: {
    subject: (address, count) =>
      count > 1 ? `${count} Adressen wurden für Sie geöffnet` : `${address} wurde für Sie geöffnet`,
    hello: (name) => `Guten Tag ${name},`,
    opened: (address, from, until) =>
      `die Adresse ${address} wurde in Ihrem Namen geöffnet: ${from}, bis ${until}.`,
    several: (count) => `In diesen Minuten geschah das ${count}-mal; dies war das letzte Mal.`,
    byCall: (caller) => `Verlangt wurde es am Telefon, von ${caller}.`,
    withheld: 'einer unterdrückten Nummer',
    byAdministrator: 'Das hat ein Administrator getan.',
    ifYou: 'Wenn Sie das waren, ist nichts zu tun.',
    ifNotYou:
      'Wenn Sie das NICHT waren, öffnen Sie diesen Link und drücken Sie den Knopf. Dann wird alles geschlossen, was in Ihrem Namen offen ist, und niemand kann in Ihrem Namen etwas öffnen, bis Ihr Administrator es sich angesehen hat:',
    linkUntil: (until) => `Der Link gilt bis ${until}.`,
    ifNotYouCall: 'Wenn Sie das NICHT waren, rufen Sie sofort Ihren Administrator an.',
  },
  page: {
    title: 'Das war ich nicht',
    question: (address, from) => `Die Adresse ${address} wurde in Ihrem Namen geöffnet: ${from}.`,
    does: [
      'Er schließt diese Adresse und alle anderen, die in Ihrem Namen offen sind.',
      'Er sperrt Ihren Zugang: Niemand kann in Ihrem Namen etwas öffnen, bis Ihr Administrator es sich angesehen hat.',
    ],
    button: 'Das war ich nicht: alles schließen',
    closed: 'Erledigt. Was in Ihrem Namen offen war, ist geschlossen, und Ihr Zugang ist gesperrt.',
    before: 'Das ist schon geschehen. Mit diesem Link ist nichts mehr zu tun.',
    unconfirmed:
      'Ihr Zugang ist gesperrt, aber die Firewall hat nicht bestätigt, dass alles geschlossen ist. Es wird weiter versucht. Bis dahin kann noch offen sein:',
    stillOpen: (address, until) => `${address}, längstens bis ${until}`,
    failed: 'Das ist gerade nicht möglich. Versuchen Sie es noch einmal.',
    call: 'Rufen Sie Ihren Administrator an.',
    invalid: 'Dieser Link gilt nicht oder nicht mehr. Rufen Sie im Zweifel Ihren Administrator an.',
  },
};
