import { useState } from 'preact/hooks';
import { useRights } from '../../api/session.ts';
import type { Asked } from '../../api/use-asked.ts';
import { Button } from '../../pieces/button.tsx';
import { Confirm } from '../../pieces/dialog.tsx';
import { Note } from '../../pieces/notes.tsx';
import { PageHead } from '../../pieces/page-head.tsx';
import { secondWords } from '../../time/words.ts';
import { useNames } from '../history/use-names.ts';
import { Calls } from './calls.tsx';
import { closeMany } from './changing-grants.ts';
import { Lately } from './lately.tsx';
import { OpenDialog } from './open-dialog.tsx';
import { StateStrip, useStatus } from './state-strip.tsx';
import { useCalls } from './use-calls.ts';
import { useGrants } from './use-grants.ts';
import { WhoIsIn } from './who-is-in.tsx';
import './now.css';

/** Who is in, who is calling, and how the gate is. */
export function Now() {
  const rights = useRights();
  const open = useGrants();
  const calls = useCalls();
  const status = useStatus();
  const names = useNames();
  const [closingAll, closeAll] = useState(false);
  const [opening, setOpening] = useState(false);
  const grants = open.value?.grants ?? [];
  const asked: readonly Seen[] = [status, open, calls];
  const away = asked.some(isOld);

  return (
    <>
      <PageHead title="Now" about={open.value ? summary(grants, calls.value?.length ?? 0) : ' '}>
        {rights.close && grants.length > 1 && (
          <Button kind="danger" onClick={() => closeAll(true)}>
            Close everything
          </Button>
        )}
        {rights.change && (
          <Button kind="main" onClick={() => setOpening(true)}>
            Open an address
          </Button>
        )}
      </PageHead>
      {away && (
        <div role="alert">
          <Note kind="bad">
            <p>
              The server does not answer; this is as of{' '}
              {secondWords(new Date(Math.min(...asked.flatMap(({ at }) => at ?? []))))}.
            </p>
          </Note>
        </div>
      )}
      <StateStrip status={toldOnce(status)} away={away} />
      <div class="now-columns">
        <WhoIsIn open={toldOnce(open)} />
        <div class="beside">
          <Calls calls={toldOnce(calls)} names={names} />
          <Lately names={names} />
        </div>
      </div>
      {opening && (
        <OpenDialog grants={grants} onOpened={open.again} onClose={() => setOpening(false)} />
      )}
      {closingAll && (
        <Confirm
          title="Close everything?"
          act="Close everything"
          doing={() => closeMany({ all: 'true' }).then(open.again)}
          onClose={() => closeAll(false)}
        >
          <p>
            Everybody who has opened something is shut out, and connections that stand are cut.
            Standing entries stay.
          </p>
        </Confirm>
      )}
    </>
  );
}

type Seen = Pick<Asked<unknown>, 'value' | 'at' | 'problem'>;

/** What is shown came earlier, and nobody answers now. */
const isOld = ({ value, problem }: Seen): boolean =>
  value !== undefined && problem?.isUnanswered === true;

/** The note at the top says it for all. */
const toldOnce = <Value,>(asked: Asked<Value>): Asked<Value> =>
  isOld(asked) ? { ...asked, problem: undefined } : asked;

function summary(grants: readonly { userName: string; address: string }[], calls: number): string {
  const people = new Set(grants.map(({ userName }) => userName)).size;
  const addresses = new Set(grants.map(({ address }) => address)).size;
  const said = [
    people === 1
      ? '1 person is in'
      : `${people === 0 ? 'Nobody' : `${people} people`} ${people === 0 ? 'is' : 'are'} in`,
    addresses > 0 && (addresses === 1 ? 'from 1 address' : `from ${addresses} addresses`),
  ].filter(Boolean);
  const telephone =
    calls === 0 ? '' : `; ${calls === 1 ? '1 call is' : `${calls} calls are`} going on`;
  return `${said.join(' ')}${telephone}.`;
}
