import { Tabs } from 'radix-ui';
import { useEffect, useRef, useState } from 'react';
import { measuredNamed } from '../../../lab/contract/measured-models';
import { Button } from '../../widgets/button';
import { Dialog } from '../../widgets/dialog';
import { JobProgress } from '../../widgets/job-progress';
import { Late, late } from '../../widgets/late';
import { useApp } from '../../widgets/use-app';
import { useKept } from '../../widgets/use-kept';
import { FolderForm } from './folder-form';
import { ASKED_AT_FIRST, HubForm } from './hub-form';
import { KeptDownloads } from './kept-downloads';
import css from './model.module.css';
import { ModelFacts } from './model-facts';
import { openFromDialog } from './open-from-dialog';
import { ResultsForm } from './results-form';

const Catalogue = late(() => import('./catalogue'));
const ModelCard = late(() => import('./model-card'));

/** What is open, and three ways to open something else. The one in place stays until the next is ready. */
export function ModelDialog() {
  const bundled = useApp((s) => s.open.model?.source.kind === 'bundled');
  const bundledOpen = useApp((s) => s.open.model?.source.kind === 'bundled' && s.open.model.loaded);
  const ready = useApp((s) => s.machine.status === 'ready');
  const measured = useApp(({ open: { model } }) =>
    model?.source.kind === 'results' ? measuredNamed(model.source.name) : undefined,
  );
  const [tab, setTab] = useKept<string>('model.tab');
  // The button that led there is gone with the catalogue: its successor takes the focus.
  const [fromCatalogue, setFromCatalogue] = useState(false);
  const [, setAsked] = useKept('hub.asked', ASKED_AT_FIRST);
  const testing = useApp((s) => s.machine.status === 'starting');

  const show = (tab: string) => {
    setFromCatalogue(false);
    setTab(tab);
  };
  return (
    <Dialog name="model" title="Model">
      <ModelFacts />
      {bundled && <SaplingCard />}
      {measured && <Card summary={`What was measured of ${measured.name}, and what came out`} path={measured.card} />}
      <Opening />
      {!ready && (
        <p className={css.note}>
          {testing
            ? 'The graphics adapter is still being tested: what you choose now opens once it is.'
            : 'Opening a model needs a working WebGPU adapter. The adapter button at the top says more.'}
        </p>
      )}
      <h3 className={css.another}>Open another</h3>
      {/* Where nothing can be computed, what can be opened comes first. */}
      <Tabs.Root value={tab ?? (ready || testing ? 'folder' : 'results')} onValueChange={show}>
        <Tabs.List className={css.tabs} aria-label="Where from">
          <Tabs.Trigger value="folder">Folder on this machine</Tabs.Trigger>
          <Tabs.Trigger value="hub">Hugging Face id</Tabs.Trigger>
          <Tabs.Trigger value="catalogue">Catalogue</Tabs.Trigger>
          <Tabs.Trigger value="bundled">Bundled</Tabs.Trigger>
          <Tabs.Trigger value="results">Results</Tabs.Trigger>
        </Tabs.List>
        <Tabs.Content value="folder" className={css.tab}>
          <FolderForm disabled={!ready && !testing} />
        </Tabs.Content>
        <Tabs.Content value="hub" className={css.tab}>
          <HubForm disabled={!ready && !testing} focused={fromCatalogue} />
        </Tabs.Content>
        <Tabs.Content value="catalogue" className={css.tab}>
          <Late waiting="Working them out…">
            <Catalogue
              onLook={(asked) => {
                setAsked(asked);
                setFromCatalogue(true);
                setTab('hub');
              }}
            />
          </Late>
        </Tabs.Content>
        <Tabs.Content value="results" className={css.tab}>
          <ResultsForm />
        </Tabs.Content>
        <Tabs.Content value="bundled" className={css.tab}>
          <p>
            <strong>Sapling</strong> is a small Llama-shaped model that this project trained itself on text written for
            it: short stories, school questions and word problems. It comes with the page, so nothing is downloaded from
            elsewhere.
          </p>
          {!bundled && <SaplingCard />}
          <Button disabled={!ready || bundledOpen} onClick={() => void openFromDialog({ kind: 'bundled' })}>
            {bundledOpen ? 'Sapling is open' : 'Open Sapling'}
          </Button>
        </Tabs.Content>
      </Tabs.Root>
      <KeptDownloads />
    </Dialog>
  );
}

/** How far the next model is. Who asked for it at the foot of the dialog is brought to it. */
function Opening() {
  const opening = useApp((s) => s.jobs.open?.label);
  const view = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (opening) view.current?.scrollIntoView({ block: 'nearest' });
  }, [opening]);
  return (
    <div ref={view} className={opening ? css.opening : undefined}>
      <JobProgress slot="open" />
      <p role="status" className={opening ? 'small soft' : 'visually-hidden'}>
        {opening && `${opening}. Until it is ready the model you have stays as it is.`}
      </p>
    </div>
  );
}

const SaplingCard = () => (
  <Card
    summary="Model card: what Sapling was trained on, what it scores, what it cannot do"
    path="models/sapling/README.md"
  />
);

/** What is to be known of a model, read once it is asked for. */
function Card({ summary, path }: { summary: string; path: string }) {
  const [open, setOpen] = useState(false);
  return (
    <details className={css.card} onToggle={(e) => setOpen(e.currentTarget.open)}>
      <summary>{summary}</summary>
      {open && (
        <Late waiting="Reading the card…">
          <ModelCard path={path} />
        </Late>
      )}
    </details>
  );
}
