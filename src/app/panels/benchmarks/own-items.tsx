import { decodeText } from '../../../formats/decode-text';
import type { GivenFile } from '../../../lab/contract';
import { toFailure } from '../../actions/failure';
import { readFiles } from '../../actions/item-files';
import { OWN_TASK } from '../../store/benchmarks';
import { notifyFailure } from '../../store/notify';
import { store } from '../../store/store';
import { FileButton } from '../../widgets/file-button';
import { useApp } from '../../widgets/use-app';
import css from './benchmarks.module.css';

async function take(file: File): Promise<void> {
  try {
    const [{ name, bytes }] = (await readFiles([file])) as [GivenFile];
    const ownItems = { name, ...decodeText(name, bytes) };
    store.setState((s) => ({ ownItems, bench: { ...s.bench, tasks: [...new Set([...s.bench.tasks, OWN_TASK])] } }));
  } catch (error) {
    notifyFailure(`${file.name} was not read`, toFailure(error));
  }
}

/** Questions of one's own: a file is chosen or dropped, and stays on this machine. */
export function OwnItems() {
  const own = useApp((s) => s.ownItems);
  return (
    <section
      className={css.own}
      aria-label="Your own items"
      onDragOver={(e) => e.preventDefault()}
      onDrop={(e) => {
        const file = e.dataTransfer.files[0];
        if (!file) return;
        e.preventDefault();
        e.stopPropagation();
        void take(file);
      }}
    >
      <h3>Your own items</h3>
      {own ? (
        <p className="small">
          <strong>{own.name}</strong> is chosen; it runs as <code>{OWN_TASK}</code>.
        </p>
      ) : (
        <p className="small soft">
          A JSON line for each, to choose from or to be answered in writing. Choose the file or drop it here.
        </p>
      )}
      <pre className={css.sample}>
        {
          '{"context": "The sky is", "choices": ["blue", "made of tin"], "answer": 0}\n{"question": "What is 3 + 4?", "answer": "7"}'
        }
      </pre>
      <FileButton label="File of your own items" accept=".jsonl,.json,.csv" onFile={(file) => void take(file)}>
        {own ? 'Choose another file' : 'Choose a file'}
      </FileButton>
    </section>
  );
}
