import { QrOf } from '../qr-of.tsx';
import { fullSteps, pieces, shortSteps, type Journey, type Piece } from './card-steps.ts';
import { cardLanguages, type CardLanguage } from './card-words.ts';
import { dialUri } from './dial-string.ts';

export interface CardContent extends Journey {
  readonly name: string;
  /** As people dial it. */
  readonly number: string;
  readonly language: CardLanguage;
  /** Printed, and keyed by the QR code. */
  readonly knockCode: string | undefined;
  /** Where it is not printed: a line to write it on by hand. */
  readonly codeLine: boolean;
}

/** One leaf of A4, with the small card to cut out below; or that card alone. There is never a PIN on it. */
export function TravelCard({ content, format }: { content: CardContent; format: CardFormat }) {
  return format === 'wallet' ? (
    <article class="travel-card on-paper wallet" lang={content.language}>
      <Wallet content={content} />
    </article>
  ) : (
    <article class="travel-card on-paper sheet" lang={content.language}>
      <Sheet content={content} />
      <div class="cut-out">
        <Wallet content={content} />
      </div>
    </article>
  );
}

export type CardFormat = 'a4' | 'wallet';

/** Millimetres. */
export const paperWidth: Readonly<Record<CardFormat, number>> = { a4: 210, wallet: 85 };

function Sheet({ content }: { content: CardContent }) {
  const words = cardLanguages[content.language];
  return (
    <>
      <header>
        <p class="card-mark">dialgate</p>
        <h2>{content.name}</h2>
        <p>{words.title}</p>
      </header>
      <section class="card-dial">
        <div>
          <h3>{words.dial}</h3>
          <p class="card-number">{content.number}</p>
          <Code content={content} />
        </div>
        <figure>
          <DialQr content={content} />
          <figcaption>
            {content.knockCode === undefined ? words.scan : words.scanWithCode}
          </figcaption>
        </figure>
      </section>
      <section>
        <h3>{words.steps}</h3>
        <ol class="card-steps">
          {fullSteps(words, content).map((step) => (
            <li key={step[0]?.text}>
              <span>
                <Keys step={step} />
              </span>
            </li>
          ))}
        </ol>
        <p>
          <Keys step={pieces(words.after)} />
        </p>
      </section>
      <footer>{words.fold}</footer>
    </>
  );
}

function Wallet({ content }: { content: CardContent }) {
  const words = cardLanguages[content.language];
  return (
    <div class="wallet-face">
      <div class="wallet-words">
        <p class="card-mark">
          dialgate <span>{content.name}</span>
        </p>
        <p class="card-number">{content.number}</p>
        <Code content={content} />
        <ol>
          {shortSteps(words, content).map((step) => (
            <li key={step[0]?.text}>
              <Keys step={step} />
            </li>
          ))}
        </ol>
      </div>
      <DialQr content={content} />
    </div>
  );
}

function Code({ content }: { content: CardContent }) {
  const words = cardLanguages[content.language];
  if (content.knockCode === undefined && !content.codeLine) return null;
  return (
    <p class="card-code">
      <span>{words.yourCode}</span>
      {content.knockCode === undefined ? (
        <span class="card-line" />
      ) : (
        <b>
          {content.knockCode}
          <span class="card-hash">#</span>
        </b>
      )}
    </p>
  );
}

const DialQr = ({ content }: { content: CardContent }) => (
  <QrOf text={dialUri(content.number, content.knockCode)} label="QR code that dials" />
);

const Keys = ({ step }: { step: readonly Piece[] }) => (
  <>
    {step.map(({ text, key }, index) =>
      // pieces have no names, and never change their places
      key ? <kbd key={index}>{text}</kbd> : text,
    )}
  </>
);
