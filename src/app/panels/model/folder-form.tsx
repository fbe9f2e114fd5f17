import { useRef } from 'react';
import { ARCHITECTURE_TITLES } from '../../../model/architectures/names';
import { Button } from '../../widgets/button';
import css from './model.module.css';
import { openFromDialog } from './open-from-dialog';
import { modelFiles } from './read-drop';

/** A folder by the browser's picker; dropping one anywhere on the page does the same. */
export function FolderForm({ disabled }: { disabled: boolean }) {
  const input = useRef<HTMLInputElement>(null);
  return (
    <>
      <p>
        A folder with <code>config.json</code>, <code>model.safetensors</code> (or an index with its shards) and{' '}
        <code>tokenizer.json</code>, as published on Hugging Face. It is read here and sent nowhere; the browser may say
        “upload” all the same. You can also drop the folder, or its files, anywhere on the page.
      </p>
      <Button look="primary" disabled={disabled} onClick={() => input.current?.click()}>
        Choose a folder
      </Button>
      <input
        ref={(element) => {
          input.current = element;
          element?.setAttribute('webkitdirectory', '');
        }}
        type="file"
        multiple
        hidden
        aria-label="Model folder"
        onChange={(e) => {
          const files = [...(e.target.files ?? [])];
          const name = files[0]?.webkitRelativePath.split('/')[0] || 'folder';
          e.target.value = '';
          if (files.length > 0) void openFromDialog({ kind: 'files', name, files: modelFiles(files) });
        }}
      />
      <p className={css.hint}>{ARCHITECTURE_TITLES} architectures; F32, F16 or BF16 weights.</p>
    </>
  );
}
