import { copyLink } from '../actions/address';
import { go } from '../store/go';
import { adapterName } from '../store/machine';
import { Button } from '../widgets/button';
import { openDialog } from '../widgets/dialog';
import { Icon } from '../widgets/icons';
import { switchTheme, useTheme } from '../widgets/theme';
import { useApp } from '../widgets/use-app';
import { count, plural } from '../words/format';
import { PRECISION_NAMES } from '../words/precision';
import css from './header.module.css';

/** One line: what is looked at, then ways into the page and out of it, then what computes. */
export function Header() {
  const theme = useTheme();
  const other = theme === 'dark' ? 'light' : 'dark';
  return (
    <header className={css.header}>
      <h1 className={css.name}>
        <svg width="20" height="20" viewBox="0 0 22 22" aria-hidden="true">
          <path d="M11 1v20" stroke="var(--line-strong)" strokeWidth="1.6" />
          <path d="M2 15h7v4H2zM13 15h7v4h-7zM13 9h7v4h-7zM2 3h7v4H2zM13 3h7v4h-7z" fill="var(--accent)" />
          <path
            d="M2.7 9.7h5.6v2.6H2.7z"
            fill="none"
            stroke="var(--line-strong)"
            strokeWidth="1.4"
            strokeDasharray="2 1.3"
          />
        </svg>
        Lopper
      </h1>
      <div className={css.of}>
        <ModelButton />
        <TextChoice />
      </div>
      <div className={css.right}>
        <MachineChip />
        <Button
          look="quiet"
          aria-haspopup="dialog"
          title="Lessons, and a page for teachers"
          onClick={() => openDialog('learn')}
        >
          Learn
        </Button>
        <span className={css.roomy}>
          <Button
            look="quiet"
            title="For a projector: large letters, the tower and one figure"
            onClick={() => go({ present: true })}
          >
            Present
          </Button>
        </span>
        <Button look="quiet" title="Copy a link that brings all of this back" onClick={() => void copyLink()}>
          Share
        </Button>
        <Button
          look="quiet"
          icon={theme === 'dark' ? 'sun' : 'moon'}
          aria-label={`Switch to the ${other} theme`}
          title={`Switch to the ${other} theme`}
          onClick={switchTheme}
        />
      </div>
    </header>
  );
}

function ModelButton() {
  const model = useApp((s) => s.open.model);
  const opening = useApp((s) => s.jobs.open?.label);
  const name = model?.source.kind === 'bundled' ? 'Sapling' : (model?.report.id ?? 'none');
  const precision = model?.report.precision;
  return (
    <button
      type="button"
      className={css.chip}
      aria-haspopup="dialog"
      title={model && `${plural(model.report.blocks, 'block')}, ${count(model.report.parameters)} parameters`}
      onClick={() => openDialog('model')}
    >
      <span className={css.label}>Model</span>
      <strong>{name}</strong>
      {precision && <span className={css.made}>in {PRECISION_NAMES[precision]}</span>}
      {model?.source.kind === 'results' && <span className={css.label}>results only</span>}
      {opening && <span className={css.busy} title={opening} />}
      <Icon name="down" />
    </button>
  );
}

function TextChoice() {
  const source = useApp((s) => s.calibration.source);
  return (
    <button
      type="button"
      className={css.chip}
      aria-haspopup="dialog"
      title="The text that everything is measured on"
      onClick={() => openDialog('calibration')}
    >
      <span className={css.label}>Text</span>
      <strong>{source}</strong>
      <Icon name="down" />
    </button>
  );
}

const STATES = {
  starting: 'testing the GPU…',
  absent: 'no WebGPU',
  untrusted: 'adapter not trusted',
  broken: 'not running',
} as const;

/** What computes: a dot where all is well, words where a person should know. */
function MachineChip() {
  const machine = useApp((s) => s.machine);
  const ready = machine.status === 'ready';
  const software = ready && machine.adapter.software;
  const name = ready ? adapterName(machine.adapter) : STATES[machine.status];
  const said = ready ? (software ? 'software' : '') : name;
  return (
    <button
      type="button"
      className={css.machine}
      data-state={ready ? (software ? 'software' : 'ready') : machine.status}
      aria-haspopup="dialog"
      aria-label={`Adapter: ${name}${software ? ', software' : ''}`}
      title={`Computes: ${name}`}
      onClick={() => openDialog('adapter')}
    >
      {said && (
        <span key={said} className={css.said}>
          {said}
        </span>
      )}
      <span className={css.dot} />
    </button>
  );
}
