import { type ReactNode, useRef } from 'react';
import { Button } from './button';

interface Props {
  /** Of the file field, for those who cannot see the button. */
  readonly label: string;
  /** As the browser's own chooser takes it: ".json,application/json". Default anything. */
  readonly accept?: string;
  readonly title?: string;
  /** Several files may be chosen. */
  readonly multiple?: boolean;
  /** A folder is chosen: all files in it and below. */
  readonly folder?: boolean;
  readonly look?: 'primary';
  readonly disabled?: boolean;
  readonly children: ReactNode;
  onFile(file: File, ...others: File[]): void;
}

/** A button that asks for files; the same can be chosen twice. */
export function FileButton({ label, accept, title, multiple, folder, look, disabled, children, onFile }: Props) {
  const field = useRef<HTMLInputElement>(null);
  return (
    <>
      <Button
        look={look}
        icon={folder ? undefined : 'upload'}
        title={title}
        disabled={disabled}
        onClick={() => field.current?.click()}
      >
        {children}
      </Button>
      <input
        ref={field}
        type="file"
        accept={accept}
        multiple={multiple || folder}
        // React knows no such attribute, and passes on what is a text.
        {...(folder && { webkitdirectory: '' })}
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
