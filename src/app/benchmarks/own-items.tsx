import { useRef } from 'react';
import { OWN_TASK } from '../lab/own-items';
import { Button } from '../shell/button';
import { notifyFailure, store, useApp } from '../store/store';
import css from './benchmarks.module.css';

/** Files above this are refused unread: a class's questions are a few kilobytes. */
const MOST_BYTES = 50e6;

async function take(file: File): Promise<void> {
  if (file.size > MOST_BYTES) {
    notifyFailure(`${file.name} was not read`, {
      code: 'benchmark-invalid',
      message: `It has ${Math.round(file.size / 1e6)} MB; ${MOST_BYTES / 1e6} MB is the most that is read.`,
      remedy: 'Give a part of it.',
    });
    return;
  }
  const ownItems = { name: file.name, text: await file.text() };
  store.setState((s) => ({ ownItems, bench: { ...s.bench, tasks: [...new Set([...s.bench.tasks, OWN_TASK])] } }));
}

/** Questions of one's own: a file is chosen or dropped, and stays on this machine. */
export function OwnItems() {
  const own = useApp((s) => s.ownItems);
  const input = useRef<HTMLInputElement>(null);
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
      <Button icon="upload" onClick={() => input.current?.click()}>
        {own ? 'Choose another file' : 'Choose a file'}
      </Button>
      <input
        ref={input}
        type="file"
        accept=".jsonl,.json,.csv"
        hidden
        aria-label="File of your own items"
        onChange={(e) => {
          const file = e.target.files?.[0];
          if (file) void take(file);
          e.target.value = '';
        }}
      />
    </section>
  );
}
