export function ComparisonExplained() {
  return (
    <>
      <p>
        <strong>Loss</strong> is how surprised the model is by each next token of a text, on average; lower is better,
        and <strong>perplexity</strong> is the same told as “as unsure as among so many equally likely tokens”. Both are
        exact, so even a small change is real for this text.
      </p>
      <p>
        <strong>Accuracy</strong> is measured on few items and is therefore uncertain: the bracket is the range in which
        the true value lies 19 times out of 20. The change is counted on the same items for both models, which is
        sharper than comparing two brackets; if its own bracket contains 0, the difference may be chance.
      </p>
      <p>
        <strong>KV cache</strong> is the memory attention keeps for every token read so far: a dropped attention layer
        needs none.
      </p>
    </>
  );
}
