import { type ReactNode, useRef } from 'react';
import { Button } from './button';

interface Props {
  /** Of the file field, for those who cannot see the button. */
  readonly label: string;
  /** As the browser's own chooser takes it: ".json,application/json". */
  readonly accept: string;
  readonly title?: string;
  /** Several files may be chosen. */
  readonly multiple?: boolean;
  readonly disabled?: boolean;
  readonly children: ReactNode;
  onFile(file: File, ...others: File[]): void;
}

/** A button that asks for a file; the same file can be chosen twice. */
export function FileButton({ label, accept, title, multiple, disabled, children, onFile }: Props) {
  const field = useRef<HTMLInputElement>(null);
  return (
    <>
      <Button icon="upload" title={title} disabled={disabled} onClick={() => field.current?.click()}>
        {children}
      </Button>
      <input
        ref={field}
        type="file"
        accept={accept}
        multiple={multiple}
        hidden
        aria-label={label}
        onChange={(e) => {
          const [file, ...others] = e.target.files ?? [];
          e.target.value = '';
          if (file) onFile(file, ...others);
        }}
      />
    </>
  );
}
