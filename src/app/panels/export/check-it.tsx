import { BUNDLED_TEXTS } from '../../../lab/contract/bundled-texts';
import { holdsZero } from '../../../pruning/paired-loss';
import { textToBe } from '../../store/calibration';
import { verdictOf } from '../../store/verdict';
import { useApp } from '../../widgets/use-app';
import { fixed, signed } from '../../words/format';
import { Copyable } from './copyable';
import css from './export.module.css';
import { scoreCommand } from './score-command';

/** The loss that the mask should have, and the command that measures it anew. */
export function CheckIt() {
  const verdict = useApp(verdictOf);
  const source = useApp((s) => s.open.model?.source);
  const precision = useApp((s) => s.open.model?.report.precision);
  const calibration = useApp((s) => s.calibration);
  if (!source) return null;
  const { mask, pruned, change, interval, standing } = verdict;
  // What was measured beforehand is kept in fewer digits.
  const digits = standing === 'here' ? 5 : 4;
  // What was measured beforehand need not be of the text in use.
  const other = BUNDLED_TEXTS.find(({ title }) => title === pruned?.text);
  const text = other ? textToBe(other) : calibration;
  const { command, first } = scoreCommand(source, mask.dropped, text, precision);
  return (
    <section className={css.part} aria-labelledby="check-it">
      <h3 id="check-it">Check it</h3>
      <p>
        {pruned ? (
          <>
            Expected: a loss of <strong>{fixed(pruned.loss, digits)}</strong> on {pruned.text ?? text.source}
            {change !== undefined && `, ${signed(change, digits)} against the full model`}
            {interval &&
              ` (95%: ${signed(interval[0])} to ${signed(interval[1])}${holdsZero(interval) ? ', may be chance' : ''})`}
            {standing === 'beforehand' && ', as measured beforehand'}.
          </>
        ) : (
          'This mask’s loss has not been measured here.'
        )}{' '}
        In Lopper’s folder, in Node, this measures it anew{first.length > 0 && `, with ${first.join(' and ')}`}:
      </p>
      <Copyable text={command} what="The command" />
    </section>
  );
}
