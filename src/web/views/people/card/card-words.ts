/** What stands on a travel card, in the languages that ship. `{…}` are keys, set apart in print. */
export interface CardWords {
  readonly title: string;
  readonly dial: string;
  readonly scan: string;
  readonly scanWithCode: string;
  readonly steps: string;
  readonly knockCode: string;
  readonly pin: string;
  readonly oneTimeCode: string;
  readonly address: string;
  readonly addressOrPair: string;
  readonly open: string;
  readonly after: string;
  readonly yourCode: string;
  readonly shortCode: string;
  readonly shortPin: string;
  readonly shortAddress: string;
  readonly shortOpen: string;
  readonly shortOneTime: string;
  readonly fold: string;
}

const en: CardWords = {
  title: 'Opens the way in from wherever you are',
  dial: 'Dial',
  scan: 'Point a telephone’s camera here to dial',
  scanWithCode: 'Point a telephone’s camera here: it dials and keys the knock code',
  steps: 'Then key',
  knockCode: 'your knock code, {*} between the numbers, then {#}',
  pin: 'your PIN, then {#}',
  oneTimeCode: 'your one-time code, then {#}',
  address: 'the address you are at, {*} between the numbers, then {#}',
  addressOrPair:
    'the address you are at, {*} between the numbers, then {#}. Or {0} {#}, and you are recognised',
  open: '{1} when it is read back right',
  after: 'You hear until when it is open, and the server’s address. {9} says goodbye.',
  yourCode: 'Knock code',
  shortCode: 'knock code {#}',
  shortPin: 'PIN {#}',
  shortOneTime: 'one-time code {#}',
  shortAddress: 'address {#}',
  shortOpen: '{1} opens',
  fold: 'Keep your PIN in your head, never on this card.',
};

const es: CardWords = {
  title: 'Abre el acceso desde donde esté',
  dial: 'Marque',
  scan: 'Apunte aquí la cámara del teléfono para marcar',
  scanWithCode: 'Apunte aquí la cámara del teléfono: marca el número y el código de acceso',
  steps: 'Después marque',
  knockCode: 'su código de acceso, con {*} entre los números, y {#}',
  pin: 'su PIN, y {#}',
  oneTimeCode: 'su código de un solo uso, y {#}',
  address: 'la dirección en la que está, con {*} entre los números, y {#}',
  addressOrPair:
    'la dirección en la que está, con {*} entre los números, y {#}. O {0} {#}, y se le reconoce',
  open: '{1} si la ha oído bien',
  after: 'Oirá hasta cuándo queda abierta, y la dirección del servidor. {9} termina.',
  yourCode: 'Código de acceso',
  shortCode: 'código de acceso {#}',
  shortPin: 'PIN {#}',
  shortOneTime: 'código de un solo uso {#}',
  shortAddress: 'dirección {#}',
  shortOpen: '{1} abre',
  fold: 'El PIN, en la cabeza; nunca en esta tarjeta.',
};

const fr: CardWords = {
  title: 'Ouvre l’accès depuis l’endroit où vous êtes',
  dial: 'Composez',
  scan: 'Visez ce code avec un téléphone pour appeler',
  scanWithCode: 'Visez ce code avec un téléphone : il appelle et compose le code d’accès',
  steps: 'Puis composez',
  knockCode: 'votre code d’accès, {*} entre les nombres, puis {#}',
  pin: 'votre code secret, puis {#}',
  oneTimeCode: 'votre code à usage unique, puis {#}',
  address: 'l’adresse où vous êtes, {*} entre les nombres, puis {#}',
  addressOrPair:
    'l’adresse où vous êtes, {*} entre les nombres, puis {#}. Ou {0} {#}, et l’on vous reconnaît',
  open: '{1} si l’adresse relue est la bonne',
  after: 'Vous entendez jusqu’à quand c’est ouvert, et l’adresse du serveur. {9} termine.',
  yourCode: 'Code d’accès',
  shortCode: 'code d’accès {#}',
  shortPin: 'code secret {#}',
  shortOneTime: 'code à usage unique {#}',
  shortAddress: 'adresse {#}',
  shortOpen: '{1} ouvre',
  fold: 'Gardez le code secret en tête, jamais sur cette carte.',
};

const de: CardWords = {
  title: 'Öffnet den Zugang von dort, wo Sie sind',
  dial: 'Wählen Sie',
  scan: 'Telefonkamera hierauf richten: es wird gewählt',
  scanWithCode: 'Telefonkamera hierauf richten: Nummer und Klopfcode werden gewählt',
  steps: 'Dann wählen Sie',
  knockCode: 'Ihren Klopfcode, {*} zwischen den Zahlen, dann {#}',
  pin: 'Ihre PIN, dann {#}',
  oneTimeCode: 'Ihren Einmalcode, dann {#}',
  address: 'die Adresse, an der Sie sind, {*} zwischen den Zahlen, dann {#}',
  addressOrPair:
    'die Adresse, an der Sie sind, {*} zwischen den Zahlen, dann {#}. Oder {0} {#}, dann werden Sie erkannt',
  open: '{1}, wenn sie richtig vorgelesen wird',
  after: 'Sie hören, bis wann offen ist, und die Adresse des Servers. {9} beendet.',
  yourCode: 'Klopfcode',
  shortCode: 'Klopfcode {#}',
  shortPin: 'PIN {#}',
  shortOneTime: 'Einmalcode {#}',
  shortAddress: 'Adresse {#}',
  shortOpen: '{1} öffnet',
  fold: 'Die PIN gehört in den Kopf, nie auf diese Karte.',
};

const it: CardWords = {
  title: 'Apre l’accesso da dove si trova',
  dial: 'Chiami',
  scan: 'Inquadri qui con il telefono per chiamare',
  scanWithCode: 'Inquadri qui con il telefono: chiama e digita il codice di accesso',
  steps: 'Poi digiti',
  knockCode: 'il suo codice di accesso, {*} tra i numeri, poi {#}',
  pin: 'il suo PIN, poi {#}',
  oneTimeCode: 'il suo codice monouso, poi {#}',
  address: 'l’indirizzo da cui si collega, {*} tra i numeri, poi {#}',
  addressOrPair:
    'l’indirizzo da cui si collega, {*} tra i numeri, poi {#}. Oppure {0} {#}, e viene riconosciuto',
  open: '{1} se è stato riletto giusto',
  after: 'Sentirà fino a quando è aperto, e l’indirizzo del server. {9} chiude.',
  yourCode: 'Codice di accesso',
  shortCode: 'codice di accesso {#}',
  shortPin: 'PIN {#}',
  shortOneTime: 'codice monouso {#}',
  shortAddress: 'indirizzo {#}',
  shortOpen: '{1} apre',
  fold: 'Il PIN si tiene a mente, mai su questa tessera.',
};

export const cardLanguages = { en, es, fr, de, it } as const;
export type CardLanguage = keyof typeof cardLanguages;

/** Their own names, as people look for them. */
export const languageNames: Readonly<Record<CardLanguage, string>> = {
  en: 'English',
  es: 'Español',
  fr: 'Français',
  de: 'Deutsch',
  it: 'Italiano',
};

/** Those that a card may be in where callers hear these: all of ours, where none of them is among ours. */
export function offeredLanguages(spoken: readonly string[]): readonly CardLanguage[] {
  const ours = Object.keys(cardLanguages) as CardLanguage[];
  const both = ours.filter((language) => spoken.includes(language));
  return both.length > 0 ? both : ours;
}

/** The first of these that is offered: the user's own, or else the site's. */
export const cardLanguage = (
  offered: readonly CardLanguage[],
  ...wanted: readonly (string | null)[]
): CardLanguage =>
  wanted.flatMap((one) => offered.find((language) => language === one) ?? [])[0] ??
  offered[0] ??
  'en';
