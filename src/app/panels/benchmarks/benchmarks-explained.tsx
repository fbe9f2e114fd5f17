/** What the panel measures and how far its numbers go. */
export function BenchmarksExplained() {
  return (
    <>
      <p>
        The same items are asked of the full and of the pruned model. Where there are choices, the likeliest one is the
        answer; word problems are answered in writing and judged by the number they end on. Prompts, scores and
        extraction are those of lm-evaluation-harness.
      </p>
      <p>
        Every accuracy comes with its 95% interval. Both models have the same items, so their difference is told by the
        items that <em>flipped</em>: right before and wrong now, or the other way round. p says how often chance alone
        would flip them as unevenly. Open a task’s items to see what each model thought of every choice.
      </p>
      <p>
        The items that ship with Lopper were written for it, in the formats of MMLU and GSM-8K. They are not the
        official sets, and their scores are not to be compared with published ones.
      </p>
    </>
  );
}
