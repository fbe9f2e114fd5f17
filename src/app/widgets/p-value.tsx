/** How likely the flips are if the models are equally good. */
export function PValue({ of: p, className }: { of: number; className?: string }) {
  return (
    <span className={className} title="McNemar's exact test on the items that flipped, two-sided">
      p {p < 0.001 ? '< 0.001' : `= ${p.toPrecision(2)}`}
    </span>
  );
}
