import { PageHead } from '../../pieces/page-head.tsx';

export function Entries() {
  return <PageHead title="Entries" />;
}
