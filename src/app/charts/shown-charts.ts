/** The charts that are on the page, as what they can be saved as. */

/** One of them, wherever it stands. */
export interface ShownChart {
  /** Of its files, without an ending. */
  readonly fileName: string;
  readonly element: HTMLElement;
  csv(): string;
  /** Throws where it cannot be drawn. */
  svg(): string;
}

const shown = new Set<() => ShownChart | undefined>();

/** Counts a chart among those on the page, until what is returned is called. */
export function showChart(chart: () => ShownChart | undefined): () => void {
  shown.add(chart);
  return () => void shown.delete(chart);
}

/** Those within an element of the page, in the order of the page. */
export const chartsWithin = (root: Element): ShownChart[] =>
  [...shown]
    .flatMap((chart) => chart() ?? [])
    .filter(({ element }) => root.contains(element))
    .sort((a, b) => (a.element.compareDocumentPosition(b.element) & Node.DOCUMENT_POSITION_FOLLOWING ? -1 : 1));
