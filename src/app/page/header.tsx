import { copyLink } from '../actions/address';
import { adapterName } from '../store/machine';
import { Button } from '../widgets/button';
import { openDialog } from '../widgets/dialog';
import { Icon } from '../widgets/icons';
import { switchTheme, useTheme } from '../widgets/theme';
import { useApp } from '../widgets/use-app';
import { count, plural } from '../words/format';
import css from './header.module.css';

export function Header() {
  const theme = useTheme();
  const other = theme === 'dark' ? 'light' : 'dark';
  return (
    <header className={css.header}>
      <h1 className={css.name}>
        <svg width="22" height="22" viewBox="0 0 22 22" aria-hidden="true">
          <path d="M11 1v20" stroke="var(--line-strong)" strokeWidth="1.6" />
          <path d="M2 15h7v4H2zM13 15h7v4h-7zM13 9h7v4h-7zM2 3h7v4H2zM13 3h7v4h-7z" fill="var(--accent)" />
          <path d="M2.7 9.7h5.6v2.6H2.7z" fill="none" stroke="var(--worse)" strokeWidth="1.4" strokeDasharray="2 1.3" />
        </svg>
        Lopper
        <span className={css.tagline}>which layers does a language model need?</span>
      </h1>
      <div className={css.right}>
        <ModelButton />
        <AdapterChip />
        <Button
          look="quiet"
          icon="link"
          title="Copy a link that carries the model, the mask and the prompt"
          onClick={() => void copyLink()}
        >
          <span className={css.wide}>Copy link</span>
          <span className={css.narrow}>
            <span className="visually-hidden">Copy link</span>
          </span>
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
  const name = model?.source.kind === 'bundled' ? 'Sapling' : (model?.report.id ?? 'No model');
  return (
    <button type="button" className={css.chip} aria-haspopup="dialog" onClick={() => openDialog('model')}>
      <span className={css.wide}>Model</span>
      <strong>{name}</strong>
      {model && (
        <span className={`${css.wide} soft`}>
          {plural(model.report.blocks, 'block')}, {count(model.report.parameters)} parameters
        </span>
      )}
      {opening && <span className={css.busy} title={opening} />}
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

function AdapterChip() {
  const machine = useApp((s) => s.machine);
  const ready = machine.status === 'ready';
  const software = ready && machine.adapter.software;
  return (
    <button
      type="button"
      className={css.chip}
      data-state={ready ? (software ? 'software' : 'ready') : machine.status}
      aria-haspopup="dialog"
      onClick={() => openDialog('adapter')}
    >
      <Icon name={ready || machine.status === 'starting' ? 'chip' : 'warn'} />
      <span className="visually-hidden">Adapter: </span>
      <span className={css.adapter}>
        {machine.status === 'ready' ? adapterName(machine.adapter) : STATES[machine.status]}
      </span>
      {software && <span className={css.badge}>software</span>}
    </button>
  );
}
