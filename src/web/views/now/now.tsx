import { PageHead } from '../../pieces/page-head.tsx';

export function Now() {
  return <PageHead title="Now" />;
}
