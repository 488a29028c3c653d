import { useEffect, useRef, useState } from 'preact/hooks';
import type { UserAnswer } from '../../../../http/answers/users.ts';
import { get } from '../../../api/ask.ts';
import { useAsked } from '../../../api/use-asked.ts';
import { Button } from '../../../pieces/button.tsx';
import { SelectField, TextField } from '../../../pieces/field.tsx';
import { Loading, Note, ProblemNote } from '../../../pieces/notes.tsx';
import { PageHead } from '../../../pieces/page-head.tsx';
import { Link, setFilters, usePlace } from '../../../router.tsx';
import { readSite, type Site } from '../site.ts';
import { pathOf } from '../user-form.tsx';
import { cardLanguage, languageNames, offeredLanguages, type CardLanguage } from './card-words.ts';
import { dialled, typedKnockCode } from './dial-string.ts';
import { Fitted } from './fitted.tsx';
import { paperWidth, TravelCard, type CardFormat } from './travel-card.tsx';

/** A user's travel card: what shall be on it, how it will look, and the button that prints it. */
export function CardPage({ name, knockCode }: { name: string; knockCode: string | undefined }) {
  const asked = useAsked(`card ${name}`, async (signal) => {
    const [user, site] = await Promise.all([
      get<UserAnswer>(pathOf(name), {}, signal),
      readSite(signal),
    ]);
    return { user, site };
  });
  const { value, problem } = asked;
  return (
    <>
      <Link to={`/people?user=${encodeURIComponent(name)}`} class="way-back">
        {name}
      </Link>
      <PageHead title={`Travel card of ${name}`} />
      {problem && <ProblemNote problem={problem} again={asked.again} />}
      {!value && !problem && <Loading what="the card" />}
      {value && <Choices user={value.user} site={value.site} fresh={knockCode} />}
    </>
  );
}

/** What becomes of the knock code. */
type Code = 'none' | 'line' | 'printed';

function Choices({
  user,
  site,
  fresh,
}: {
  user: UserAnswer;
  site: Site;
  fresh: string | undefined;
}) {
  const { query } = usePlace();
  const format: CardFormat = query.get('card') === 'wallet' ? 'wallet' : 'a4';
  const [number, setNumber] = useState(site.number ?? '');
  const languages = offeredLanguages([site.language, ...site.languages]);
  const [language, setLanguage] = useState(() =>
    cardLanguage(languages, user.language, site.language),
  );
  const [code, setCode] = useState<Code>(fresh === undefined ? 'line' : 'printed');
  const [typed, type] = useState(fresh ?? '');
  useForgetting(() => type(''));
  const knockCode = code === 'printed' ? typedKnockCode(typed) : undefined;
  const ready = dialled(number).length > 1;
  return (
    <div class="card-page">
      <form class="card-choices" onSubmit={(event) => event.preventDefault()}>
        {site.number === undefined && (
          <Note kind="warn">
            <p>
              The number to dial is not configured. Type it here, or set{' '}
              <code>telephone.number</code>.
            </p>
          </Note>
        )}
        <TextField
          label="Number to dial"
          type="tel"
          hint="With + and the country, so that it works from abroad."
          value={number}
          onText={setNumber}
        />
        <SelectField
          label="Size"
          value={format}
          options={[
            ['a4', 'A4, with a small card to cut out'],
            ['wallet', 'Wallet, 85 × 54 mm'],
          ]}
          onChoice={(card) => setFilters({ card })}
        />
        <SelectField
          label="Language"
          value={language}
          options={languages.map((one) => [one, languageNames[one]])}
          hint="Those that a call can be in here."
          onChoice={(chosen) => setLanguage(chosen as CardLanguage)}
        />
        <SelectField
          label="Knock code"
          hint="The PIN is never on it: whoever finds a card must not get in."
          value={code}
          options={[
            ['line', 'A line to write it on'],
            ['printed', 'Printed, and dialled by the QR code'],
            ['none', 'Not on the card'],
          ]}
          onChoice={(chosen) => setCode(chosen as Code)}
        />
        {code === 'printed' && (
          <TextField
            label="The knock code"
            hint="It is known only when it is made: type it. It is kept nowhere."
            placeholder="233*245*478"
            inputMode="tel"
            value={typed}
            error={
              typed !== '' && knockCode === undefined
                ? 'Three numbers from 1 to 65535, with * between them'
                : undefined
            }
            onText={type}
          />
        )}
        <Button kind="main" icon="print" disabled={!ready} onClick={() => window.print()}>
          Print
        </Button>
      </form>
      {ready && (
        <Fitted width={paperWidth[format]}>
          <TravelCard
            format={format}
            content={{
              name: user.name,
              number: number.trim(),
              language,
              knockCode,
              codeLine: code !== 'none',
              secondFactor: user.secondFactor,
              pairing: site.pairing,
            }}
          />
        </Fitted>
      )}
    </div>
  );
}

/** A browser may keep a page that was left whole in memory, to go back to. */
function useForgetting(forget: () => void): void {
  const latest = useRef(forget);
  latest.current = forget;
  useEffect(() => {
    const leave = (): void => latest.current();
    window.addEventListener('pagehide', leave);
    return () => window.removeEventListener('pagehide', leave);
  }, []);
}
