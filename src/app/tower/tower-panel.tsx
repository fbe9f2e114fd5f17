import { useMemo, useRef } from 'react';
import { sublayerAt } from '../../model/units';
import { countDropped, dropSublayers, isDropped, makeMask } from '../../pruning/mask';
import { rankByInfluence } from '../../pruning/ranking';
import { plural } from '../format';
import { computeInfluence } from '../lab/influence';
import { exportMask, importMask } from '../lab/mask-files';
import { canMeasure } from '../lab/score';
import { Button } from '../shell/button';
import { Choice } from '../shell/choice';
import { JobProgress } from '../shell/job-progress';
import { OriginNote } from '../shell/origin';
import { Panel } from '../shell/panel';
import { influenceOf, maskOf, shownValues } from '../store/select';
import { redoMask, setMask, store, undoMask, useApp } from '../store/store';
import { Legend } from './legend';
import { Readout } from './readout';
import { placementOf } from './scale';
import { Tower } from './tower';
import { TowerExplained } from './tower-explained';
import css from './tower-panel.module.css';

const METRICS = [
  { value: 'cosine', text: 'Cosine' },
  { value: 'loo-loss', text: 'Leave-one-out' },
] as const;

/** The tower with what changes its mask and what colours it. */
export function TowerPanel() {
  const report = useApp((s) => s.model?.report);
  const mask = useApp(maskOf);
  const undoable = useApp((s) => s.masks.past.length > 0);
  const redoable = useApp((s) => s.masks.future.length > 0);
  const colourBy = useApp((s) => s.colourBy);
  const attn = useApp((s) => influenceOf(s, s.colourBy, 'attn'));
  const ffn = useApp((s) => influenceOf(s, s.colourBy, 'ffn'));
  const ready = useApp(canMeasure);
  const measuring = useApp((s) => s.jobs.influence !== undefined);
  const file = useRef<HTMLInputElement>(null);

  const values = useMemo(() => {
    if (!attn || !ffn) return undefined;
    const [a, f] = [shownValues(attn), shownValues(ffn)];
    return a.flatMap((v, i) => [v, f[i]!]);
  }, [attn, ffn]);
  const placement = useMemo(() => placementOf(values ?? []), [values]);

  if (!report) {
    return (
      <Panel title="Layers" explain={<TowerExplained />} className={css.panel}>
        <p className="soft">
          No model yet. The bundled one is on its way; another can be opened from the top of the page.
        </p>
        <JobProgress slot="open" />
      </Panel>
    );
  }

  const dropped = countDropped(mask);
  const next = values && rankByInfluence(values).find((i) => !isDropped(mask, sublayerAt(i)));

  return (
    <Panel
      title="Layers"
      explain={<TowerExplained />}
      className={css.panel}
      tools={
        <>
          <Button
            look="quiet"
            icon="undo"
            aria-label="Undo"
            title="Undo (Ctrl+Z)"
            disabled={!undoable}
            onClick={undoMask}
          />
          <Button
            look="quiet"
            icon="redo"
            aria-label="Redo"
            title="Redo (Ctrl+Shift+Z)"
            disabled={!redoable}
            onClick={redoMask}
          />
        </>
      }
    >
      <div className={css.line}>
        <p aria-live="polite">
          {dropped.sublayers === 0 ? (
            <>Nothing dropped: click a cell.</>
          ) : (
            <>
              <strong className="worse">{dropped.sublayers} dropped</strong> of {2 * report.blocks}
              <span className="soft">
                {' '}
                ({dropped.attn} attn, {dropped.ffn} ffn
                {dropped.blocks > 0 && `, ${plural(dropped.blocks, 'whole block')}`})
              </span>
            </>
          )}
        </p>
      </div>
      <div className={css.heads} aria-hidden="true">
        <span>block</span>
        <span>attn</span>
        <span>ffn</span>
      </div>
      <Tower blocks={report.blocks} values={values} placement={placement} delta={colourBy === 'loo-loss'} />
      <Readout />
      <div className={css.colours}>
        <span className="small soft">Colour by</span>
        <Choice
          label="Colour by"
          value={colourBy}
          options={METRICS}
          onChange={(colour) => store.setState({ colourBy: colour })}
        />
      </div>
      {values ? (
        <>
          <Legend
            placement={placement}
            unit={colourBy === 'cosine' ? 'cosine influence' : 'loss added when dropped, nats per token'}
          />
          <OriginNote origin={attn?.origin} text={attn?.text} />
        </>
      ) : (
        <div className={css.empty}>
          {!measuring && (
            <>
              <p className="small soft">The cells are grey: this has not been measured on this model.</p>
              <Button disabled={!ready} onClick={() => void computeInfluence(colourBy)}>
                Measure influence
              </Button>
            </>
          )}
        </div>
      )}
      <div className={css.actions}>
        <Button
          disabled={next === undefined}
          title="Drops the kept sublayer with the smallest value shown"
          onClick={() => next !== undefined && setMask(dropSublayers(mask, sublayerAt(next)))}
        >
          Drop the least
        </Button>
        <Button icon="restore" disabled={dropped.sublayers === 0} onClick={() => setMask(makeMask(report.blocks))}>
          Restore all
        </Button>
        <Button icon="download" title="Save the mask as a JSON file" onClick={exportMask}>
          Export
        </Button>
        <Button icon="upload" title="Load a mask from a JSON file" onClick={() => file.current?.click()}>
          Import
        </Button>
        <input
          ref={file}
          type="file"
          accept=".json,application/json"
          hidden
          aria-label="Mask file"
          onChange={(e) => {
            const chosen = e.target.files?.[0];
            if (chosen) void importMask(chosen);
            e.target.value = '';
          }}
        />
      </div>
    </Panel>
  );
}
