import { type InfluenceMetric, METRIC_SOURCES, metricsFrom } from '../../../pruning/metrics';
import { METRIC_WORDS, SOURCE_WORDS } from '../../words/metrics';
import css from './influence.module.css';

/** The chosen metric first, then all of them in short. */
export function InfluenceExplained({ metric }: { metric: InfluenceMetric }) {
  const { name, about, formula } = METRIC_WORDS[metric];
  return (
    <>
      <p>
        <strong>{name}.</strong> {about}
      </p>
      <p>
        <span className={css.formula}>{formula}</span>
      </p>
      <p>
        Larger is more important, always. No measure of one unit says what happens when several go together: two can
        stand in for each other. Click a bar to drop its unit, and look at the loss.
      </p>
      <details className={css.all}>
        <summary>All measures</summary>
        <p>
          h is the stream that a unit reads, h′ the one it leaves, u = h′ − h what it adds; z are the logits; v is what
          a set of kept units is worth. Means are over every token.
        </p>
        {METRIC_SOURCES.map((source) => (
          <dl key={source}>
            <dt className={css.group}>{SOURCE_WORDS[source]}</dt>
            {metricsFrom(source).map((m) => (
              <dd key={m}>
                {METRIC_WORDS[m].name}: <span className={css.formula}>{METRIC_WORDS[m].formula}</span>
              </dd>
            ))}
          </dl>
        ))}
      </details>
    </>
  );
}
