import type { Words } from '../words.ts';

export const spanish: Words = {
  mail: {
    subject: (address, count) =>
      count > 1
        ? `Se han abierto ${count} direcciones para usted`
        : `Se ha abierto ${address} para usted`,
    hello: (name) => `Hola, ${name}:`,
    opened: (address, from, until) =>
      `La dirección ${address} se abrió en su nombre: ${from}, hasta ${until}.`,
    several: (count) => `En estos minutos ocurrió ${count} veces; esta fue la última.`,
    byCall: (caller) => `Se pidió por teléfono, desde ${caller}.`,
    withheld: 'un número oculto',
    byAdministrator: 'Lo hizo un administrador.',
    ifYou: 'Si fue usted, no tiene que hacer nada.',
    ifNotYou:
      'Si NO fue usted, abra este enlace y pulse el botón. Se cerrará todo lo que esté abierto en su nombre, y nadie podrá abrir nada en su nombre hasta que su administrador lo haya revisado:',
    linkUntil: (until) => `El enlace es válido hasta ${until}.`,
    ifNotYouCall: 'Si NO fue usted, llame enseguida a su administrador.',
  },
  page: {
    title: 'No fui yo',
    question: (address, from) => `La dirección ${address} se abrió en su nombre: ${from}.`,
    does: [
      'Cierra esta dirección y todas las demás que estén abiertas en su nombre.',
      'Bloquea su acceso: nadie podrá abrir nada en su nombre hasta que su administrador lo haya revisado.',
    ],
    button: 'No fui yo: cerrar todo',
    closed: 'Hecho. Lo que estaba abierto en su nombre está cerrado, y su acceso está bloqueado.',
    before: 'Esto ya se hizo antes. Con este enlace no hay nada más que hacer.',
    unconfirmed:
      'Su acceso está bloqueado, pero el cortafuegos no ha confirmado que todo esté cerrado. Se seguirá intentando. Hasta entonces puede seguir abierto:',
    stillOpen: (address, until) => `${address}, a más tardar hasta ${until}`,
    failed: 'No se ha podido hacer ahora. Inténtelo de nuevo.',
    call: 'Llame a su administrador.',
    invalid: 'Este enlace no es válido, o ya no lo es. En caso de duda, llame a su administrador.',
  },
};
