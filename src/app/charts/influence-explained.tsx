export function InfluenceExplained() {
  return (
    <>
      <p>
        Two ways to ask what a unit is worth. <strong>Cosine</strong> looks only at the stream: a unit that leaves its
        direction almost as it was has little influence. It takes one pass over the text.
      </p>
      <p>
        <strong>Leave-one-out</strong> asks the question itself: drop this unit alone and see how much the loss rises. A
        bar below zero means that this text is predicted better without the unit.
      </p>
      <p>
        Neither says what happens when several go together: two units can stand in for each other. Click a bar to drop
        it, and look at the loss.
      </p>
    </>
  );
}
