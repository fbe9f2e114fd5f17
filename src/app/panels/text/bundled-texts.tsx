import { BUNDLED_TEXTS } from '../../../lab/contract/bundled-texts';
import { chooseText } from '../../actions/calibration';
import { isForeign, usualText } from '../../store/calibration';
import { closeDialog } from '../../widgets/dialog';
import { useApp } from '../../widgets/use-app';
import { plural, whole } from '../../words/format';
import { TEXT_WORDS } from '../../words/texts';
import css from './text.module.css';

/** The texts that come with Lopper, those that suit the open model first. */
export function BundledTexts() {
  const present = useApp((s) => s.calibration);
  const isSapling = useApp((s) => usualText(s).ofSapling);
  const foreign = useApp(isForeign);
  const stuck = useApp((s) => s.machine.status !== 'ready' && s.machine.status !== 'starting');
  const hasTokenizer = useApp((s) => s.open.model?.report.hasTokenizer !== false);
  const texts = BUNDLED_TEXTS.toSorted((a, b) => Number(b.ofSapling === isSapling) - Number(a.ofSapling === isSapling));
  return (
    <>
      {foreign && (
        <p className={css.foreign}>
          These words are Sapling’s, of which this model has never read any: a loss on them says little of it.
        </p>
      )}
      {stuck && (
        <p className={css.foreign}>
          Nothing can be measured here: what is shown was measured beforehand, on the text it names.
        </p>
      )}
      {!hasTokenizer && (
        <p className={css.foreign}>This model came without a tokenizer: it takes token ids, as a text of your own.</p>
      )}
      <ul className={css.texts}>
        {texts.map((text) => (
          <li key={text.name}>
            <button
              type="button"
              className={css.text}
              aria-pressed={text.name === present.name}
              disabled={!hasTokenizer || stuck}
              onClick={() => {
                void chooseText(text);
                closeDialog();
              }}
            >
              <strong>{text.title}</strong>
              <span className={css.hint}>
                {TEXT_WORDS[text.name]}
                {text.name === present.name &&
                  present.tokens !== undefined &&
                  present.windows !== undefined &&
                  ` In use: ${whole(present.tokens)} tokens in ${plural(present.windows, 'window')}.`}
              </span>
            </button>
          </li>
        ))}
      </ul>
    </>
  );
}
