import type { Words } from '../words.ts';

export const english: Words = {
  mail: {
    subject: (address, count) =>
      count > 1 ? `${count} addresses were opened for you` : `${address} was opened for you`,
    hello: (name) => `Hello ${name},`,
    opened: (address, from, until) =>
      `The address ${address} was opened in your name on ${from}, until ${until}.`,
    several: (count) => `In these minutes this happened ${count} times; this was the last.`,
    byCall: (caller) => `It was asked for by telephone, from ${caller}.`,
    withheld: 'a withheld number',
    byAdministrator: 'An administrator has done it.',
    ifYou: 'If this was you, there is nothing to do.',
    ifNotYou:
      'If this was NOT you, open this link and press the button. All that is open in your name is closed then, and nobody can open anything in your name until your administrator has looked at it:',
    linkUntil: (until) => `The link works until ${until}.`,
    ifNotYouCall: 'If this was NOT you, call your administrator at once.',
  },
  page: {
    title: 'This was not me',
    question: (address, from) => `The address ${address} was opened in your name on ${from}.`,
    does: [
      'It closes this address, and all others that are open in your name.',
      'It locks your access: nobody can open anything in your name until your administrator has looked at it.',
    ],
    button: 'This was not me: close everything',
    closed: 'Done. All that was open in your name is closed, and your access is locked.',
    before: 'This was done before. There is nothing more to do with this link.',
    unconfirmed:
      'Your access is locked, but the firewall has not confirmed that everything is closed. It is tried again until it does. Until then this may still be open:',
    stillOpen: (address, until) => `${address}, until ${until} at the latest`,
    failed: 'This could not be done now. Try again.',
    call: 'Call your administrator.',
    invalid: 'This link is not valid, or not any more. If in doubt, call your administrator.',
  },
};
