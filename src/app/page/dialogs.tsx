import { type ComponentType, useState } from 'react';
import type { DialogName } from '../store/view';
import { Late, late } from '../widgets/late';
import { useApp } from '../widgets/use-app';

/** Fetched when they are first opened: the first screen needs none of them. */
const DIALOGS: Readonly<Record<DialogName, ComponentType>> = {
  model: late(async () => ({ default: (await import('../panels/model/model-dialog')).ModelDialog })),
  adapter: late(async () => ({ default: (await import('./adapter-dialog')).AdapterDialog })),
  calibration: late(async () => ({ default: (await import('../panels/text/text-dialog')).TextDialog })),
  keys: late(async () => ({ default: (await import('./keys-dialog')).KeysDialog })),
  learn: late(async () => ({ default: (await import('./learn-dialog')).LearnDialog })),
  reading: late(async () => ({ default: (await import('../panels/export/reading-dialog')).ReadingDialog })),
  shelf: late(async () => ({ default: (await import('../panels/shelf/shelf-dialog')).ShelfDialog })),
};

/** What opens over the page. One that was open stays in place, so that closing it gives the focus back. */
export function Dialogs() {
  const open = useApp((s) => s.dialog);
  const [seen, setSeen] = useState<readonly DialogName[]>([]);
  if (open && !seen.includes(open)) setSeen([...seen, open]);
  return seen.map((name) => {
    const Dialog = DIALOGS[name];
    return (
      <Late key={name} waiting="">
        <Dialog />
      </Late>
    );
  });
}
