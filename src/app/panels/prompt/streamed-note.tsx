import { USUAL_READING } from '../../../lab/contract/reading';
import { useApp } from '../../widgets/use-app';
import { bytes, duration } from '../../words/format';

/** What streaming does worst is said before it is begun: a text reads the weights once for each token, a loss once for all. */
export function StreamedNote() {
  const read = useApp((s) => s.open.model?.report.streamedBytes);
  const tokens = useApp((s) => s.prompt.maxTokens);
  if (read === undefined) return null;
  return (
    <p className="small">
      Weights of this model are streamed: each token reads {bytes(read)} anew, {tokens} of them {bytes(read * tokens)},
      about {duration((read * tokens) / USUAL_READING)} at {bytes(USUAL_READING)} a second. Short texts, or smaller
      weights under <em>Model</em>; a loss or a benchmark reads them once for many tokens.
    </p>
  );
}
