import { useEffect } from 'react';
import { DEFAULT_HOST } from '../../../formats/hub-defaults';
import type { BenchmarkSet, FetchSettings } from '../../../lab/contract';
import { ITEM_FORMS } from '../../actions/item-files';
import { getSet, openSet, partOf, showSets } from '../../actions/official-sets';
import { Button } from '../../widgets/button';
import { FileButton } from '../../widgets/file-button';
import { JobProgress } from '../../widgets/job-progress';
import { useApp } from '../../widgets/use-app';
import { useKept } from '../../widgets/use-kept';
import { bytes, whole } from '../../words/format';
import css from './benchmarks.module.css';
import { Field } from './field';

/** The official benchmarks: what each is, whose, and what of it is here. Nothing is fetched before its button is pressed. */
export function OfficialSets() {
  const sets = useApp((s) => s.officialSets);
  const busy = useApp((s) => s.jobs.benchmark !== undefined);
  const [size, setSize] = useKept('official.size', '1000');
  const [seed, setSeed] = useKept('official.seed', '0');
  const [host, setHost] = useKept('official.host', '');
  const [rawHost, setRawHost] = useKept('official.rawHost', '');
  useEffect(() => void showSets(), []);
  const limit = size.trim().toLowerCase() === 'all' ? undefined : Number(size);
  const valid =
    (limit === undefined || (Number.isInteger(limit) && limit >= 1)) &&
    seed.trim() !== '' &&
    Number.isInteger(Number(seed)) &&
    Number(seed) >= 0;
  const settings: FetchSettings = {
    ...(limit !== undefined && { limit }),
    seed: Number(seed),
    ...(host.trim() && { host: host.trim() }),
    ...(rawHost.trim() && { rawHost: rawHost.trim() }),
  };
  return (
    <details className={css.official}>
      <summary>Get official sets</summary>
      <p className="small soft">
        Fetched from the publisher when you press Get, or taken from files of yours; checked, and kept in this browser.
        A random part is the same for everyone with that seed.
      </p>
      <div className={css.settings}>
        <TextField label="Items to keep, or all" value={size} onChange={setSize} />
        <TextField label="Seed" value={seed} onChange={setSeed} />
      </div>
      <details>
        <summary className="small">Mirror</summary>
        <div className={css.settings}>
          <TextField label="In place of the hub" hint={DEFAULT_HOST} value={host} onChange={setHost} />
          <TextField
            label="In place of GitHub’s files"
            hint="https://raw.githubusercontent.com"
            value={rawHost}
            onChange={setRawHost}
          />
        </div>
      </details>
      {!valid && <p className={css.warning}>Give a whole number of items, or “all”, and a whole number as seed.</p>}
      <JobProgress slot="benchmark" />
      <ul className={css.sets} aria-label="Official sets">
        {sets.map((set) => (
          <SetRow
            key={set.task}
            set={set}
            disabled={busy || !valid}
            get={() => void getSet(set, settings)}
            open={(files) => void openSet(set, files, settings)}
          />
        ))}
      </ul>
    </details>
  );
}

interface RowProps {
  readonly set: BenchmarkSet;
  readonly disabled: boolean;
  get(): void;
  open(files: readonly File[]): void;
}

function SetRow({ set, disabled, get, open }: RowProps) {
  const { title, licence, source, items, here, gated } = set;
  return (
    <li>
      <div>
        <strong>{title}</strong>
        <span className={css.unit}>
          {whole(items)} items{set.bytes !== undefined && `, ${bytes(set.bytes)}`}. Licence: {licence}.{' '}
          <a href={source} target="_blank" rel="noreferrer">
            Publisher<span className="visually-hidden"> of {title}</span>
          </a>
        </span>
        {gated && <span className={css.unit}>{gated}</span>}
        {here && <span className={css.here}>Here: {partOf(here)}</span>}
      </div>
      <div className={css.get}>
        <Button disabled={disabled} onClick={get}>
          {here ? 'Get again' : 'Get'}
          <span className="visually-hidden"> {title}</span>
        </Button>
        <FileButton
          label={`Files of ${title}`}
          title="Take it from the publisher’s files that you have already: items, and worked examples where you want them"
          accept={ITEM_FORMS}
          multiple
          disabled={disabled}
          onFile={(...files) => open(files)}
        >
          Open files<span className="visually-hidden"> of {title}</span>
        </FileButton>
      </div>
    </li>
  );
}

interface FieldProps {
  readonly label: string;
  readonly hint?: string;
  readonly value: string;
  onChange(value: string): void;
}

function TextField({ hint, onChange, ...field }: FieldProps) {
  return (
    <Field
      {...field}
      spellCheck={false}
      autoCapitalize="off"
      placeholder={hint}
      // Enter belongs to this field, not to the run around it.
      onKeyDown={(e) => e.key === 'Enter' && e.preventDefault()}
      onChange={(e) => onChange(e.target.value)}
    />
  );
}
