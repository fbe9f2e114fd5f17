/** The data behind a chart: the first column names a row. Numbers at full precision; undefined where there is none. */
export interface ChartTable {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly Datum[])[];
}
export type Datum = string | number | undefined;
