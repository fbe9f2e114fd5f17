import { useEffect, useState } from 'react';
import { sha256Of } from '../../../formats/sha256';
import type { Failure } from '../../../lab/contract';
import { openFile } from '../../actions/archive';
import { copy } from '../../actions/copy';
import { toFailure } from '../../actions/failure';
import { go } from '../../store/go';
import { maskOf } from '../../store/select';
import { store } from '../../store/store';
import { Button } from '../../widgets/button';
import { FileButton } from '../../widgets/file-button';
import { JobProgress } from '../../widgets/job-progress';
import { Select } from '../../widgets/select';
import { TabPage } from '../../widgets/tab-page';
import { TextButton } from '../../widgets/text-button';
import { useApp } from '../../widgets/use-app';
import { useKept } from '../../widgets/use-kept';
import { useMedia } from '../../widgets/use-media';
import { bytes, lowerFirst } from '../../words/format';
import { CheckIt } from './check-it';
import { CiteIt } from './cite-it';
import css from './export.module.css';
import { FORM_GROUPS, FORMS, type Form, saveForm } from './forms';

/** What is taken along, in which form, what is in it; how to check it, and how to cite it. */
export default function ExportTab() {
  const [kept, setName] = useKept<string>('export.form', 'mask');
  const name = Object.hasOwn(FORMS, kept) ? kept : 'mask';
  const form = FORMS[name]!;
  const { text, error } = useText(form);
  const can = useApp((s) => s.open.model !== undefined && (form.can?.(s) ?? true)) && !error;
  const file = useApp((s) => form.file?.(s));
  const nothing = useApp((s) => maskOf(s).dropped.length === 0);
  return (
    <TabPage
      tab="export"
      tools={
        <FileButton
          label="Mask or result file"
          accept=".json,.yaml,.yml,.zip,.py,.sh,.csv,.txt,application/json,application/zip"
          title="Open a mask of Lopper or of another tool, a result, all parts of one, or an archive of results; dropping them on the page does the same"
          multiple
          onFile={(...chosen) => void openFile(...chosen)}
        >
          Import
        </FileButton>
      }
    >
      <div className={css.columns}>
        <Forms name={name} onChange={setName} />
        <section className={css.content} aria-label="What is in it">
          <p className={css.about}>
            {form.about} {form.loses && !/^Nothing/.test(form.loses) && <>Not in it: {lowerFirst(form.loses)}</>}
          </p>
          <div className={css.line}>
            <Button
              look="primary"
              icon={name === 'link' ? 'link' : form.take ? 'download' : 'copy'}
              disabled={!can}
              onClick={() => void (form.take ? form.take() : copy(text, form.name))}
            >
              {form.action}
            </Button>
            {name === 'mask' && <Button onClick={() => void copy(text, 'The file')}>Copy</Button>}
            {form.saves && (
              <Button icon="download" disabled={!can} onClick={() => void saveForm(form, text)}>
                Download
              </Button>
            )}
            {file && !error && <FileFacts name={file} text={name === 'results' ? undefined : text} />}
          </div>
          <JobProgress slot="export" />
          {error && (
            <p role="alert" className="small">
              <strong>{error.message}</strong> {error.remedy}
            </p>
          )}
          {nothing && name !== 'results' && (
            <p className="small soft">
              Nothing is dropped, so the mask is empty. Click layers away, or{' '}
              <TextButton onClick={() => go({ tab: 'plan' })}>let Plan find some</TextButton>.
            </p>
          )}
          {!error && (
            // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by keyboard.
            <pre className={css.preview} tabIndex={0}>
              {text}
            </pre>
          )}
        </section>
      </div>
      <CheckIt />
      <CiteIt />
    </TabPage>
  );
}

/** The forms one beside the other, or on a phone in a list, so that what is in one is not below the screen. */
function Forms({ name, onChange }: { name: string; onChange(name: string): void }) {
  const narrow = useMedia('(max-width: 820px)');
  if (narrow) {
    const groups = FORM_GROUPS.map(({ title, forms }) => ({
      title,
      options: forms.map((one) => ({ value: one, text: FORMS[one]!.name })),
    }));
    return <Select label="What to take" shown value={name} groups={groups} onChange={onChange} />;
  }
  return (
    <fieldset className={css.forms}>
      <legend>What to take</legend>
      {FORM_GROUPS.map(({ title, forms }) => (
        <section key={title}>
          <h3>{title}</h3>
          {forms.map((one) => (
            <label key={one}>
              <input type="radio" name="form" checked={one === name} onChange={() => onChange(one)} />
              {FORMS[one]!.name}
            </label>
          ))}
        </section>
      ))}
    </fieldset>
  );
}

/** The form's text, made anew when what it says has changed; or why there is none. */
function useText(form: Form): { readonly text: string; readonly error?: Failure } {
  const [made, setMade] = useState<{ text: string; error?: Failure }>({ text: '' });
  const open = useApp((s) => s.open);
  const calibration = useApp((s) => s.calibration);
  const route = useApp((s) => s.route);
  const known = useApp((s) => s.known);
  const curves = useApp((s) => s.curves);
  // biome-ignore lint/correctness/useExhaustiveDependencies: they are what a text is made of, read from the store.
  useEffect(() => {
    let wanted = true;
    form.text(store.getState()).then(
      (text) => wanted && setMade({ text }),
      (error) => wanted && setMade({ text: '', error: toFailure(error) }),
    );
    return () => {
      wanted = false;
    };
  }, [form, open, calibration, route, known, curves]);
  return made;
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
