export function CurvesExplained() {
  return (
    <>
      <p>
        How much can go? Each curve drops one unit after the other, in an order that a measure or a search has chosen,
        and shows what is left of the model after each. A curve that stays low for longer has found units that matter
        less.
      </p>
      <p>
        <strong>Hold it against chance:</strong> a random curve is drawn from many random orders, and its band is what
        luck alone would give. An order is worth something where its curve lies below the band. That band is of losses:
        the accuracy and the time of a random curve are its first order’s, since asking all of them would take as many
        times as long. The band of an accuracy is the 95% interval that its items leave.
      </p>
      <p>
        <strong>Put something in the gaps:</strong> at every point a mean update or a linear map is fitted for all that
        is dropped there, on the text that the curve chooses on. Its loss is the dashed line beside the curve: below it,
        the recovery helps; above it, plain removal is better.
      </p>
      <p>
        <strong>Choose what it costs:</strong> attention and feed-forward layers are not the same size, so the same
        curves can be laid over the parameters, the KV cache or the measured time they save. Point at a mark to see
        which units went; click it to drop them in the tower.
      </p>
    </>
  );
}
