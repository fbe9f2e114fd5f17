import { useId, useState } from 'react';
import { setCalibration } from '../../actions/calibration';
import { readTextFile } from '../../actions/read-text';
import { Button } from '../../widgets/button';
import { closeDialog } from '../../widgets/dialog';
import { FileButton } from '../../widgets/file-button';
import { useApp } from '../../widgets/use-app';
import { plural, whole } from '../../words/format';
import css from './text.module.css';

/** A text of one's own, pasted or from a file; begins with the one in use, to change its windows. */
export function OwnTextForm() {
  const calibration = useApp((s) => s.calibration);
  const context = useApp((s) => s.open.model?.report.context);
  const [text, setText] = useState(calibration.text);
  const [source, setSource] = useState(calibration.task ? 'pasted text' : calibration.source);
  const [seqLen, setSeqLen] = useState(String(Math.min(calibration.seqLen, context ?? calibration.seqLen)));
  const id = useId();
  const length = Number(seqLen);
  const valid = Number.isInteger(length) && length >= 2 && length <= (context ?? 1e6);
  return (
    <form
      className={css.form}
      onSubmit={(e) => {
        e.preventDefault();
        const name = text === calibration.text ? calibration.name : undefined;
        setCalibration({ source, name, text, seqLen: length, chosen: true });
        closeDialog();
      }}
    >
      <label htmlFor={`${id}-text`}>
        Text{' '}
        <span className="soft">
          {source}, {plural(text.length, 'character')}
          {calibration.tokens !== undefined && text === calibration.text && `, ${whole(calibration.tokens)} tokens`}
        </span>
      </label>
      <textarea
        id={`${id}-text`}
        rows={9}
        value={text}
        spellCheck={false}
        onChange={(e) => {
          setText(e.target.value);
          setSource('pasted text');
        }}
      />
      <p className={css.hint}>
        Token ids, as <code>[[1, 17, 4], [1, 9]]</code>, are taken as they are.
      </p>
      <div className={css.line}>
        <label htmlFor={`${id}-window`}>Window</label>
        <input
          id={`${id}-window`}
          type="number"
          min={2}
          max={context}
          value={seqLen}
          aria-describedby={`${id}-hint`}
          onChange={(e) => setSeqLen(e.target.value)}
        />
        <span id={`${id}-hint`} className={css.hint}>
          tokens{context !== undefined && `, ${whole(context)} at most with this model`}
        </span>
      </div>
      <div className={css.line}>
        <Button look="primary" type="submit" disabled={!valid || text.trim() === ''}>
          Use this text
        </Button>
        <FileButton
          label="Calibration file"
          accept=".txt,.md,text/plain"
          onFile={async (chosen) => {
            const read = await readTextFile(chosen);
            if (read === undefined) return;
            setText(read);
            setSource(chosen.name);
          }}
        >
          Open a text file
        </FileButton>
      </div>
    </form>
  );
}
