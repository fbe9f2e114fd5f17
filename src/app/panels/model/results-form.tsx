import { useId, useState } from 'react';
import { MEASURED_MODELS } from '../../../lab/contract/measured-models';
import { openMeasured, openResultsAt, openResultsFile } from '../../actions/open-results';
import { Button } from '../../widgets/button';
import { closeDialog } from '../../widgets/dialog';
import { FileButton } from '../../widgets/file-button';
import css from './model.module.css';

/** A model's results without its weights: from a file, or from an address. */
export function ResultsForm() {
  const id = useId();
  const [address, setAddress] = useState('');
  const close = (opened: boolean) => opened && closeDialog();
  return (
    <>
      <p>
        What was measured beforehand of a model too large for this machine: its influence, its curves, its answers and
        what many masks cost. No weights are loaded and no graphics card is needed.
      </p>
      <ul className={css.measured}>
        {MEASURED_MODELS.map((model) => (
          <li key={model.name}>
            <Button onClick={() => void openMeasured(model).then(close)}>{model.name}</Button>
            <span>{model.about}</span>
          </li>
        ))}
      </ul>
      <form
        className={css.form}
        onSubmit={(e) => {
          e.preventDefault();
          void openResultsAt(address).then(close);
        }}
      >
        <label htmlFor={id}>Address</label>
        <input
          id={id}
          type="url"
          required
          placeholder="https://…/results.json"
          spellCheck={false}
          value={address}
          onChange={(e) => setAddress(e.target.value)}
        />
        <div className={css.submit}>
          <Button type="submit" look="primary" disabled={!URL.canParse(address)}>
            Open this address
          </Button>
          <FileButton
            label="Results of a model"
            accept=".json,application/json"
            title="A file that npm run ship-results wrote"
            onFile={(file) => void openResultsFile(file).then(close)}
          >
            Open a file
          </FileButton>
        </div>
      </form>
    </>
  );
}
