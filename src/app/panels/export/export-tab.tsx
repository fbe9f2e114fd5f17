import { useEffect, useState } from 'react';
import { sha256Of } from '../../../formats/sha256';
import { openFile } from '../../actions/archive';
import { go } from '../../store/go';
import { maskOf } from '../../store/select';
import { store } from '../../store/store';
import { Button } from '../../widgets/button';
import { FileButton } from '../../widgets/file-button';
import { TabPage } from '../../widgets/tab-page';
import { TextButton } from '../../widgets/text-button';
import { useApp } from '../../widgets/use-app';
import { useKept } from '../../widgets/use-kept';
import { bytes } from '../../words/format';
import { CheckIt } from './check-it';
import { CiteIt } from './cite-it';
import { copy } from './copyable';
import css from './export.module.css';
import { FORM_NAMES, FORMS, type Form, type FormName } from './forms';

/** What is taken along, in which form, what is in it; how to check it, and how to cite it. */
export default function ExportTab() {
  const [name, setName] = useKept<FormName>('export.form', 'mask');
  const form: Form = FORMS[name];
  const text = useText(form);
  const file = useApp((s) => form.file?.(s));
  const opened = useApp((s) => s.open.model !== undefined);
  const nothing = useApp((s) => maskOf(s).dropped.length === 0);
  return (
    <TabPage
      tab="export"
      tools={
        <FileButton
          label="Mask or result file"
          accept=".json,.yaml,.yml,.zip,application/json,application/zip"
          title="Open a mask, a result or an archive of results; dropping it on the page does the same"
          onFile={(chosen) => void openFile(chosen)}
        >
          Import
        </FileButton>
      }
    >
      <div className={css.columns}>
        <fieldset className={css.forms}>
          <legend>What to take</legend>
          {FORM_NAMES.map((one) => (
            <label key={one}>
              <input type="radio" name="form" checked={one === name} onChange={() => setName(one)} />
              <span>
                <strong>{FORMS[one].name}</strong>
                <span className={css.about}>{FORMS[one].about}</span>
              </span>
            </label>
          ))}
        </fieldset>
        <section className={css.content} aria-label="What is in it">
          <div className={css.line}>
            <Button
              look="primary"
              icon={form.file ? 'download' : 'link'}
              disabled={!opened}
              onClick={() => void (form.take ? form.take() : copy(text, form.name))}
            >
              {form.action}
            </Button>
            {form.file && form.take && name === 'mask' && (
              <Button onClick={() => void copy(text, 'The file')}>Copy</Button>
            )}
            {file && <FileFacts name={file} text={name === 'mask' ? text : undefined} />}
          </div>
          {nothing && name !== 'results' && (
            <p className="small soft">
              Nothing is dropped, so the mask is empty. Click layers away, or{' '}
              <TextButton onClick={() => go({ tab: 'plan' })}>let Plan find some</TextButton>.
            </p>
          )}
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by keyboard. */}
          <pre className={css.preview} tabIndex={0}>
            {text}
          </pre>
        </section>
      </div>
      <CheckIt />
      <CiteIt />
    </TabPage>
  );
}

/** The form's text, made anew when what it says has changed. */
function useText(form: Form): string {
  const [text, setText] = useState('');
  const open = useApp((s) => s.open);
  const calibration = useApp((s) => s.calibration);
  const route = useApp((s) => s.route);
  const known = useApp((s) => s.known);
  const curves = useApp((s) => s.curves);
  // biome-ignore lint/correctness/useExhaustiveDependencies: they are what a text is made of, read from the store.
  useEffect(() => {
    let wanted = true;
    form.text(store.getState()).then(
      (made) => wanted && setText(made),
      (error: Error) => wanted && setText(error.message),
    );
    return () => {
      wanted = false;
    };
  }, [form, open, calibration, route, known, curves]);
  return text;
}

function FileFacts({ name, text }: { name: string; text: string | undefined }) {
  const [hash, setHash] = useState('');
  useEffect(() => {
    if (text) void sha256Of(text).then(setHash);
  }, [text]);
  return (
    <span className={css.facts}>
      <code>{name}</code>
      {text && (
        <>
          , {bytes(new TextEncoder().encode(text).length)}, sha256 <code title={hash}>{hash.slice(0, 12)}…</code>
        </>
      )}
    </span>
  );
}
