/** What names an adapter. */
export interface AdapterNames {
  readonly vendor: string;
  readonly architecture: string;
  /** The card's own name, where it is told: most browsers keep it to themselves. */
  readonly device: string;
  /** Dawn's is the driver's name and version, a browser's the card's, if anything. */
  readonly description: string;
}

const plain = (name: string): string =>
  name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, ' ')
    .trim();

/**
 * Which of these the adapter is, from 1, as `--adapter` counts; undefined where none is called so. Dawn writes the name
 * of the one that computes in small letters and dashes.
 */
export function numberAmong(names: readonly string[], { device }: Pick<AdapterNames, 'device'>): number | undefined {
  const at = names.findIndex((name) => plain(name) === plain(device));
  return at < 0 || plain(device) === '' ? undefined : at + 1;
}

/** An adapter in a line, all that it says of itself; `names` are those of all that are here, as they are written. */
export function tellAdapter(adapter: AdapterNames, names: readonly string[] = []): string {
  const { vendor, architecture, device, description } = adapter;
  const number = numberAmong(names, adapter);
  const card = number === undefined ? device.replace(/-+$/, '') : names[number - 1]!;
  const kind = [vendor, architecture].filter(Boolean).join(' ');
  return [card === description ? '' : card, kind, description].filter(Boolean).join(', ') || 'unnamed';
}
