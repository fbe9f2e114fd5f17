/** What the lines mean and where checkpoints come from. */
export function GrowthExplained() {
  return (
    <>
      <p>
        A model’s influence is measured at one checkpoint of its training after another. Each line ends in its block’s
        number; neighbours are told apart by their dashes. In large models the first block stays important, the second
        fades, and the last begins near nothing and ends among the most important (Pythia, in the paper this page is
        made after).
      </p>
      <p>
        Sapling’s own checkpoints ship with the page, with 8-bit weights. Any model whose checkpoints are revisions on a
        hub can be measured, such as <code>EleutherAI/pythia-70m</code> with <code>step0..step143000:12</code>: twelve
        of its 154 checkpoints, evenly spaced in the logarithm of the step. Of other models each revision is written
        out: <code>stage1-step1000,stage1-step2000</code>. One checkpoint is in memory at a time and none is kept. A
        folder of checkpoint folders works too.
      </p>
    </>
  );
}
