import { countDropped, makeMask } from '../../../pruning/mask';
import { redoMask, setMask, undoMask } from '../../store/masks';
import { maskOf, momentOf } from '../../store/select';
import { thirdOf } from '../../store/third';
import { Button } from '../../widgets/button';
import { JobProgress } from '../../widgets/job-progress';
import { Panel } from '../../widgets/panel';
import { useApp } from '../../widgets/use-app';
import { plural } from '../../words/format';
import { MeasureChoice } from './measure-choice';
import { MeasureLegend } from './measure-legend';
import { MomentNote } from './moment-note';
import { Readout } from './readout';
import { Tower } from './tower';
import { TowerExplained } from './tower-explained';
import css from './tower-panel.module.css';
import { useTowerValues } from './use-tower-values';

/** The tower with what changes its mask and what colours it. */
export function TowerPanel() {
  const report = useApp((s) => s.open.model?.report);
  const mask = useApp(maskOf);
  const undoable = useApp((s) => s.open.masks.past.length > 0);
  const redoable = useApp((s) => s.open.masks.future.length > 0);
  const moment = useApp(momentOf);
  const standIn = useApp((s) => thirdOf(s)?.name);
  const series = useApp((s) => s.open.moment && s.open.growth[s.open.moment.metric]?.report.series);
  const { values, placement, delta } = useTowerValues();

  if (!report) {
    return (
      <Panel title="Layers" level={2} explain={<TowerExplained />} className={`${css.panel} ${css.waiting}`}>
        <p className="soft">
          No model yet. The bundled one is on its way; another can be opened from the top of the page.
        </p>
        <JobProgress slot="open" />
      </Panel>
    );
  }

  const dropped = countDropped(mask);

  return (
    <Panel
      title="Layers"
      level={2}
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
      <MeasureChoice />
      <div className={css.heads} aria-hidden="true">
        <span>block</span>
        <span>attention</span>
        <span>feed-forward</span>
      </div>
      <Tower blocks={report.blocks} values={values} placement={placement} delta={delta} />
      <div className={css.side}>
        <Readout />
        {moment ? (
          <MomentNote point={moment} series={series!} />
        ) : (
          <MeasureLegend measured={values !== undefined} placement={placement} />
        )}
        <div className={css.foot}>
          <p>
            {dropped.sublayers === 0 ? (
              'Nothing dropped'
            ) : (
              <>
                <strong>{dropped.sublayers} dropped</strong>
                {standIn ? (
                  <span title={`Stitched: a ${standIn} stands in`}>
                    , <i className={css.stitch} aria-hidden="true" />{' '}
                    <span className="visually-hidden">stitched: </span>
                    {standIn}
                  </span>
                ) : (
                  <span className="soft">
                    {` of ${2 * report.blocks} `}(
                    {[
                      dropped.attn > 0 && `${dropped.attn} attention`,
                      dropped.ffn > 0 && `${dropped.ffn} feed-forward`,
                      dropped.blocks > 0 && plural(dropped.blocks, 'block'),
                    ]
                      .filter(Boolean)
                      .join(', ')}
                    )
                  </span>
                )}
              </>
            )}
          </p>
          <Button
            disabled={dropped.sublayers === 0}
            title={dropped.sublayers === 0 ? 'Nothing is dropped' : undefined}
            onClick={() => setMask(makeMask(report.blocks))}
          >
            Restore all
          </Button>
        </div>
      </div>
    </Panel>
  );
}
