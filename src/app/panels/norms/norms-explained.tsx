export function NormsExplained() {
  return (
    <>
      <p>
        A unit reads the stream <em>h</em> and adds an update <em>u</em> to it. Where the stream is long and the update
        short, dropping the unit changes little: that is why late blocks are often the ones that can go. Lengths are
        shown for every position but the first, and for first positions by themselves, since many models keep something
        huge there.
      </p>
      <p>
        <strong>Angles</strong> take several blocks in a row as one: how far does the stream turn between the two ends?
        The span that turns it least is the one to drop. For blocks a to b the stream into block a is compared with the
        stream out of block b.
      </p>
      <p>
        <strong>Tokens</strong> ask the same of every token of one text: a unit that is idle on most may matter for a
        few.
      </p>
    </>
  );
}
