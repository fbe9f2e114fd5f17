export function PromptExplained() {
  return (
    <>
      <p>
        A language model writes one <strong>token</strong> (a piece of a word) at a time: it gives every token it knows
        a probability, one is chosen, and the text with it is read again. Both models get the same prompt, the same seed
        and the same temperature; what differs is only what you dropped.
      </p>
      <p>
        Point at a token, or move the step slider, to see what else each model thought of. At temperature 0 the
        likeliest token is always taken; a higher one lets less likely ones through.
      </p>
    </>
  );
}
