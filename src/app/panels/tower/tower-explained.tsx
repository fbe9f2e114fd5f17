/** For someone who meets a transformer for the first time. */
export function TowerExplained() {
  return (
    <>
      <p>
        A language model is a tower of <strong>blocks</strong>. Text enters at the bottom as numbers, the{' '}
        <strong>residual stream</strong> (the line in the middle) carries them up, and at the top they become a guess at
        the next token.
      </p>
      <p>
        Every block adds to the stream twice: its <strong>attention</strong> (attn) looks back at earlier tokens, its{' '}
        <strong>feed-forward</strong> part (ffn) works on each token alone. Dropping one means that the stream passes it
        by unchanged; nothing else in the model moves.
      </p>
      <p>
        A cell’s colour says how much its sublayer matters by the measure chosen below. Deeper models often have several
        that hardly matter: find them.
      </p>
      <p>
        Below the colours a <strong>strategy</strong> drops several at once: the lowest by a measure taken once or anew
        after each removal, the one that costs least at each step, neighbouring blocks, or any, by chance. Each removal
        is undone by itself. A <strong>locked</strong> layer (L, or the lock in its corner) is never dropped.
      </p>
    </>
  );
}
