import type { Words } from '../words.ts';

export const french: Words = {
  mail: {
    subject: (address, count) =>
      count > 1
        ? `${count} adresses ont été ouvertes pour vous`
        : `${address} a été ouverte pour vous`,
    hello: (name) => `Bonjour ${name},`,
    opened: (address, from, until) =>
      `L’adresse ${address} a été ouverte en votre nom : ${from}, jusqu’au ${until}.`,
    several: (count) => `Pendant ces minutes, c’est arrivé ${count} fois ; c’était la dernière.`,
    byCall: (caller) => `La demande a été faite par téléphone, depuis ${caller}.`,
    withheld: 'un numéro masqué',
    byAdministrator: 'Un administrateur l’a fait.',
    ifYou: 'Si c’était vous, il n’y a rien à faire.',
    ifNotYou:
      'Si ce n’était PAS vous, ouvrez ce lien et appuyez sur le bouton. Tout ce qui est ouvert en votre nom sera fermé, et personne ne pourra rien ouvrir en votre nom avant que votre administrateur ne l’ait examiné :',
    linkUntil: (until) => `Le lien est valable jusqu’au ${until}.`,
    ifNotYouCall: 'Si ce n’était PAS vous, appelez tout de suite votre administrateur.',
  },
  page: {
    title: 'Ce n’était pas moi',
    question: (address, from) => `L’adresse ${address} a été ouverte en votre nom : ${from}.`,
    does: [
      'Il ferme cette adresse et toutes les autres qui sont ouvertes en votre nom.',
      'Il bloque votre accès : personne ne pourra rien ouvrir en votre nom avant que votre administrateur ne l’ait examiné.',
    ],
    button: 'Ce n’était pas moi : tout fermer',
    closed: 'C’est fait. Ce qui était ouvert en votre nom est fermé, et votre accès est bloqué.',
    before: 'Cela a déjà été fait. Il n’y a plus rien à faire avec ce lien.',
    unconfirmed:
      'Votre accès est bloqué, mais le pare-feu n’a pas confirmé que tout est fermé. Les essais continuent. D’ici là, ceci peut encore être ouvert :',
    stillOpen: (address, until) => `${address}, au plus tard jusqu’au ${until}`,
    failed: 'Ce n’est pas possible pour l’instant. Essayez encore une fois.',
    call: 'Appelez votre administrateur.',
    invalid:
      'Ce lien n’est pas valable, ou ne l’est plus. Dans le doute, appelez votre administrateur.',
  },
};
