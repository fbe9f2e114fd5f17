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
        Every block adds to the stream twice: its <strong>attention</strong> (attn in code) looks back at earlier
        tokens, its <strong>feed-forward</strong> part (ffn in code) works on each token alone. Dropping one means that
        the stream passes it by unchanged; nothing else in the model moves.
      </p>
      <p>
        A cell’s colour and its bar say how much its layer matters by the measure chosen above: the stronger the colour
        and the longer the bar, the more. Another hue, and a bar from the right, mean below zero: the model does better
        without it. Colours are the same for every model where the measure allows it.
      </p>
      <p>
        Below the scale a <strong>strategy</strong> drops several at once: the lowest by a measure taken once or anew
        after each removal, the one that costs least at each step, neighbouring blocks, or any, by chance. Each removal
        is undone by itself. A <strong>locked</strong> layer (L, or the lock in its corner) is never dropped.
      </p>
    </>
  );
}
