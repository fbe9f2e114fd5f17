import { useEffect } from 'react';
import { measureNorms } from '../../actions/norms';
import { canMeasure } from '../../store/measuring';
import { highlight } from '../../store/notify';
import { Button } from '../../widgets/button';
import { Choice } from '../../widgets/choice';
import { Empty } from '../../widgets/empty';
import { JobProgress } from '../../widgets/job-progress';
import { Panel } from '../../widgets/panel';
import { useApp } from '../../widgets/use-app';
import { useKept } from '../../widgets/use-kept';
import { AnglesView } from './angles-view';
import { NormsExplained } from './norms-explained';
import { NormsView } from './norms-view';
import { TokensView } from './tokens-view';

type View = 'norms' | 'angles' | 'tokens';
const VIEWS: readonly { value: View; text: string }[] = [
  { value: 'norms', text: 'Norms' },
  { value: 'angles', text: 'Angles' },
  { value: 'tokens', text: 'Tokens' },
];
const ABOUT = {
  norms: 'How long the stream is in every block, and how long what attention and feed-forward layers add to it.',
  angles: 'How far every span of blocks turns the stream: the span that turns it least is the one to drop.',
} as const;

/** What units do to the stream: lengths, angles, tokens. */
export default function NormsPanel() {
  const [view, setView] = useKept<View>('norms.view', 'norms');
  const norms = useApp((s) => s.open.norms);
  const ready = useApp(canMeasure);
  const running = useApp((s) => s.jobs.norms !== undefined);
  useEffect(() => () => highlight(undefined), []);
  const measure = (
    <Button
      look={norms ? 'plain' : 'primary'}
      computes
      disabled={!ready || running}
      onClick={() => void measureNorms()}
    >
      {norms ? 'Measure again' : 'Measure norms and angles'}
    </Button>
  );
  return (
    <Panel
      title="Norms and geometry"
      explain={<NormsExplained />}
      tools={
        <>
          {norms && view !== 'tokens' && measure}
          <Choice label="Show" value={view} options={VIEWS} onChange={(v) => setView(v)} />
        </>
      }
    >
      {view === 'tokens' && <TokensView />}
      {view !== 'tokens' && (
        <>
          <JobProgress slot="norms" />
          {!norms && !running && (
            <Empty action={measure}>
              {ABOUT[view]} One pass over the text measures both; it takes about as long as a loss.
            </Empty>
          )}
          {norms && (view === 'norms' ? <NormsView norms={norms} /> : <AnglesView norms={norms} />)}
        </>
      )}
    </Panel>
  );
}
