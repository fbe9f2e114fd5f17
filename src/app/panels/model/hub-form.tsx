import { useId, useState } from 'react';
import { readHubAddress } from '../../../formats/hub-address';
import { DEFAULT_HOST, DEFAULT_REVISION } from '../../../formats/hub-defaults';
import { Button } from '../../widgets/button';
import css from './model.module.css';
import { openFromDialog } from './open-from-dialog';

/** A model's address, copied from a browser; what is no such address is refused where it is opened. */
function addressIn(text: string) {
  try {
    return readHubAddress(text);
  } catch {
    return undefined;
  }
}

/** A published model by its id; the host can be a mirror or a server of one's own. */
export function HubForm({ disabled }: { disabled: boolean }) {
  const [repo, setRepo] = useState('');
  const [revision, setRevision] = useState(DEFAULT_REVISION);
  const [host, setHost] = useState(DEFAULT_HOST);
  const [file, setFile] = useState('');
  const id = useId();
  return (
    <form
      className={css.form}
      onSubmit={(e) => {
        e.preventDefault();
        const typed = { repo: repo.trim(), revision: revision.trim() || DEFAULT_REVISION, host: host.trim() };
        void openFromDialog({ kind: 'hub', ...typed, ...(file.trim() !== '' && { file: file.trim() }) });
      }}
    >
      <label htmlFor={`${id}-repo`}>Model id</label>
      <input
        id={`${id}-repo`}
        required
        placeholder="owner/name"
        spellCheck={false}
        autoCapitalize="off"
        value={repo}
        onChange={(e) => {
          const pasted = addressIn(e.target.value);
          setRepo(pasted?.repo ?? e.target.value);
          if (pasted?.revision) setRevision(pasted.revision);
          if (pasted?.host) setHost(pasted.host);
          if (pasted?.file) setFile(pasted.file);
        }}
      />
      <label htmlFor={`${id}-revision`}>Revision</label>
      <input
        id={`${id}-revision`}
        spellCheck={false}
        autoCapitalize="off"
        value={revision}
        onChange={(e) => setRevision(e.target.value)}
      />
      <label htmlFor={`${id}-file`}>GGUF file</label>
      <input
        id={`${id}-file`}
        placeholder="none: safetensors"
        spellCheck={false}
        autoCapitalize="off"
        value={file}
        onChange={(e) => setFile(e.target.value)}
      />
      <label htmlFor={`${id}-host`}>Host</label>
      <input
        id={`${id}-host`}
        type="url"
        required
        spellCheck={false}
        value={host}
        onChange={(e) => setHost(e.target.value)}
      />
      <div className={css.submit}>
        <Button look="primary" type="submit" disabled={disabled || repo.trim() === ''}>
          Download and open
        </Button>
        <p className={css.hint}>
          Fetched from this host and no other, straight into this page. A mirror or a local server serves as well.
        </p>
      </div>
    </form>
  );
}
