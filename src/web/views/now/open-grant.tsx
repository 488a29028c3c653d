import { useState } from 'preact/hooks';
import type { GrantAnswer } from '../../../http/answers/grants.ts';
import { useRights } from '../../api/session.ts';
import { asProblem } from '../../api/problem.ts';
import { Button } from '../../pieces/button.tsx';
import { Badge } from '../../pieces/notes.tsx';
import { Instant } from '../../pieces/times.tsx';
import { toast } from '../../pieces/toasts.tsx';
import { Link } from '../../router.tsx';
import { serverNow, useNow } from '../../time/clock.ts';
import { clockWords } from '../../time/words.ts';
import { closeGrant } from './changing-grants.ts';

/** Less than this is marked. s. */
const soon = 600;
/** ms */
const news = 5000;

/** One address that is open: from where, by what, whether it is used, how long still. */
export function OpenGrant({
  grant,
  onClosed,
  onExtend,
}: {
  grant: GrantAnswer;
  onClosed: () => void;
  onExtend: () => void;
}) {
  const rights = useRights();
  const [closing, setClosing] = useState(false);
  // what comes while one looks is marked for a moment; what was there before is not
  const [arrives] = useState(() => serverNow() - Date.parse(grant.openedAt) < news);
  const { address, userName } = grant;

  const close = async (): Promise<void> => {
    if (closing) return;
    setClosing(true);
    try {
      await closeGrant(grant, rights.change);
      onClosed();
    } catch (error) {
      const problem = asProblem(error);
      // somebody else, or its time, was quicker
      if (problem.code === 'conflict' || problem.code === 'not-found') onClosed();
      // the gate may be shut on record and not yet in the kernel: the server's words say which
      const text = `Closing ${address} of ${userName}: ${problem.title}. ${problem.message}`;
      toast({ text, kind: 'bad', seconds: 12 });
      setClosing(false);
    }
  };

  return (
    <li
      class={['open-grant', arrives && 'arrives', closing && 'closing'].filter(Boolean).join(' ')}
    >
      <div class="where">
        <span class="address mono">{address}</span>
        <Origin grant={grant} />
      </div>
      <Packets grant={grant} />
      <TimeLeft grant={grant} />
      <div class="acts">
        {rights.change && (
          <Button
            kind="quiet"
            icon="extend"
            onClick={onExtend}
            aria-label={`Extend ${address} of ${userName}`}
            title="Extend"
          >
            Extend
          </Button>
        )}
        {rights.close && (
          <Button
            kind="danger"
            icon="close"
            busy={closing}
            onClick={() => void close()}
            aria-label={`Close ${address} of ${userName}`}
          >
            Close
          </Button>
        )}
      </div>
    </li>
  );
}

function Origin({ grant: { openedAt, callId } }: { grant: GrantAnswer }) {
  return (
    <p class="origin">
      since <Instant at={openedAt} />{' '}
      {callId === null ? (
        'by an administrator'
      ) : (
        <>
          by <Link to={`/history?call=${callId}`}>call {callId}</Link>
        </>
      )}
    </p>
  );
}

const count = new Intl.NumberFormat();

/** Whether anything has come from there: that somebody is let in does not say that they are there. */
function Packets({ grant: { packets, firstPacketAt } }: { grant: GrantAnswer }) {
  const first = firstPacketAt === null ? undefined : `first packet: ${firstPacketAt}`;
  return (
    <p class="packets" title={first}>
      {packets !== null && packets > 0 && (
        <Badge kind="good">
          {count.format(packets)} {packets === 1 ? 'packet' : 'packets'}
        </Badge>
      )}
      {!packets && firstPacketAt !== null && <Badge kind="good">Packets came</Badge>}
      {packets === 0 && firstPacketAt === null && <Badge kind="warn">No packet yet</Badge>}
      {packets === null && firstPacketAt === null && <span class="faint">Packets unknown</span>}
    </p>
  );
}

function TimeLeft({ grant: { openedAt, expiresAt } }: { grant: GrantAnswer }) {
  const now = useNow(1000);
  const whole = Date.parse(expiresAt) - Date.parse(openedAt);
  const left = Math.max(0, Date.parse(expiresAt) - now);
  const part = whole > 0 ? Math.min(1, left / whole) : 0;
  return (
    <div class={left < soon * 1000 ? 'time-left soon' : 'time-left'}>
      <p>
        <time class="clock" dateTime={expiresAt} title={expiresAt}>
          {left === 0 ? 'ending' : clockWords(left / 1000)}
        </time>
        <span class="until">
          until <Instant at={expiresAt} />
        </span>
      </p>
      <div class="bar" aria-hidden="true">
        <div style={{ transform: `scaleX(${part.toFixed(4)})` }} />
      </div>
    </div>
  );
}
