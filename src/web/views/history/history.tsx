import { useRights } from '../../api/session.ts';
import { PageHead } from '../../pieces/page-head.tsx';
import { Link, usePlace } from '../../router.tsx';
import { CallPage } from './call-page.tsx';
import { Calls } from './calls.tsx';
import { Grants } from './grants.tsx';
import type { ListName } from './counts.ts';
import { Record } from './record.tsx';
import { Overview } from './overview.tsx';
import '../shared.css';
import './history.css';
import './chart.css';

/** What has been: charts and the record for whoever may see it; calls and grants for all. */
export function History() {
  const { query } = usePlace();
  const { readRecord } = useRights();
  const call = Number(query.get('call') ?? '');
  if (Number.isInteger(call) && call > 0) return <CallPage key={call} id={call} />;

  const tabs: readonly (readonly [ListName, string])[] = [
    ...(readRecord ? [['record', 'Record'] as const] : []),
    ['calls', 'Calls'],
    ['grants', 'Grants'],
  ];
  const asked = query.get('show');
  const shown = tabs.find(([id]) => id === asked)?.[0] ?? (readRecord ? 'record' : 'calls');
  return (
    <>
      <PageHead title="History" about="Who tried, who came in, and what was changed." />
      {readRecord && <Overview list={shown} />}
      <nav class="tabs" aria-label="Of the history">
        {tabs.map(([id, words]) => (
          <Link key={id} to={tabPath(query, id)} aria-current={id === shown ? 'page' : undefined}>
            {words}
          </Link>
        ))}
      </nav>
      {shown === 'record' && <Record />}
      {shown === 'calls' && <Calls />}
      {shown === 'grants' && <Grants />}
    </>
  );
}

/** Another list, of the same user and in the same time. */
function tabPath(query: URLSearchParams, show: string): string {
  const kept = new URLSearchParams();
  for (const name of ['span', 'userId', 'address', 'caller']) {
    const value = query.get(name);
    // calls are found by a number, and these have none
    const isUnknown = show === 'calls' && name === 'caller' && value === 'withheld';
    if (value && !isUnknown) kept.set(name, value);
  }
  kept.set('show', show);
  return `/history?${kept.toString()}`;
}
