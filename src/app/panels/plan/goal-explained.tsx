export function GoalExplained() {
  return (
    <>
      <p>
        Say how much is to be saved and what it may cost. <strong>Find</strong> measures what each layer costs alone; an
        integer programme picks by the sum of those, under all budgets at once. Then every strategy goes its way: the
        lowest by each measure, those measured anew, neighbouring blocks, one after the other whichever costs least.
        From the best of all, others are reached by swapping layers, as long as one is better. Every mask is measured;
        the sum of single costs is only where to look.
      </p>
      <p>
        Masks are chosen on every second window of the text, and the losses told are those of the others. The seed says
        which swaps are tried at random. Locked layers stay. Curves drawn on the same text take part.
      </p>
    </>
  );
}
