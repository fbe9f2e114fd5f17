/** What the Recovery tab shows, for someone who meets it for the first time. */
export const RecoveryExplained = () => (
  <>
    <p>
      A dropped layer leaves a gap: what it added to the stream is missing. Something far cheaper can stand there. The{' '}
      <em>mean update</em> adds, at every position, the mean of what the layer added (the paper’s emulated update); a{' '}
      <em>linear map</em> adds a linear function of what the layer read, through as many channels as its rank.
    </p>
    <p>
      It is fitted on every second window of the text, in closed form and without training, and judged on the others. R²
      is how much of the layer’s update it gives: 0 is no better than the mean update, 1 is all of it. On text it was
      not fitted on it may be below 0, and a recovery may be worse than plain removal: both are shown.
    </p>
    <p>
      <em>Trained</em>, a bias or a map takes steps down a gradient instead: towards what the full model predicts, the
      next token, or the full model’s stream. It may help where a closed form misleads. It is paused and gone on with to
      the same numbers, and what was best on the windows held out is kept.
    </p>
  </>
);
