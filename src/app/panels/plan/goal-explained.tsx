export function GoalExplained() {
  return (
    <>
      <p>
        Say how much is to be saved and what it may cost. <strong>Find</strong> goes there in several ways: the layers
        that cost least alone, those that turn the stream least, and one after the other whichever costs least with what
        is gone already. Each way ends in a mask; the cheapest stands first.
      </p>
      <p>
        Every curve under <em>Curves</em> takes part, so one drawn there may win here. A loss is that of the windows a
        way did not choose by, where there are such.
      </p>
    </>
  );
}
