export function FindExplained() {
  return (
    <>
      <p>
        A <strong>strategy</strong> drops several layers at once: the lowest by a measure taken once or anew after each
        removal, the one that costs least at each step, neighbouring blocks, or any, by chance. Each removal is undone
        by itself.
      </p>
      <p>
        A <strong>locked</strong> layer (L, or the lock in its corner) is never dropped.
      </p>
    </>
  );
}
