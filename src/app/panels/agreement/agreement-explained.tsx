export function AgreementExplained() {
  return (
    <>
      <p>
        Measures count in different units, so only their orders can be compared: which unit would go first, which
        second. <strong>Spearman</strong> compares places; <strong>Kendall</strong> asks of every two units whether both
        measures put them in the same order, and is stricter. 1 is the same order, 0 none in common, −1 the reverse.
      </p>
      <p>
        Two measures that look only at the stream agree easily. The question is whether a cheap one agrees with the
        loss: click a cell to see the two orders side by side, and where they part.
      </p>
    </>
  );
}
