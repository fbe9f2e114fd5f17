import { dtypesJoined } from '../../../formats/dtypes';
import { ARCHITECTURE_TITLES } from '../../../model/architectures/names';
import { FileButton } from '../../widgets/file-button';
import css from './model.module.css';
import { openFromDialog } from './open-from-dialog';
import { modelFiles } from './read-drop';

/** A folder by the browser's picker; dropping one anywhere on the page does the same. */
export function FolderForm({ disabled }: { disabled: boolean }) {
  return (
    <>
      <p>
        A folder with <code>config.json</code>, <code>model.safetensors</code> or <code>pytorch_model.bin</code> (or an
        index with its shards) and <code>tokenizer.json</code>, as published on Hugging Face. It is read here and sent
        nowhere; the browser may say “upload” all the same. You can also drop the folder, or its files, anywhere on the
        page. A model in GGUF is one file, or all files of a split.
      </p>
      <FileButton
        label="Model folder"
        folder
        look="primary"
        disabled={disabled}
        onFile={(...files) => {
          const name = files[0].webkitRelativePath.split('/')[0] || 'folder';
          void openFromDialog({ kind: 'files', name, files: modelFiles(files) });
        }}
      >
        Choose a folder
      </FileButton>{' '}
      <FileButton
        label="GGUF file"
        accept=".gguf"
        multiple
        disabled={disabled}
        onFile={(...files) => void openFromDialog({ kind: 'files', name: files[0].name, files })}
      >
        Choose a GGUF file
      </FileButton>
      <p className={css.hint}>
        {ARCHITECTURE_TITLES} architectures; {dtypesJoined('or')} weights, or llama.cpp’s Q2_K to Q8_0, IQ4_NL and
        IQ4_XS.
      </p>
    </>
  );
}
