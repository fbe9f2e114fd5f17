/**
 * Token ids in a calibration text: a JSON list of lists, e.g. `[[1, 17, 4], [1, 9]]`, taken as they are. Undefined for
 * anything else, which is text. A model without a tokenizer can be measured on ids alone.
 */
export function readTokenIds(text: string): number[][] | undefined {
  if (!/^\s*\[\s*\[/.test(text)) return undefined;
  try {
    const lists: unknown = JSON.parse(text);
    const isList = (list: unknown): list is number[] => Array.isArray(list) && list.every(Number.isInteger);
    return Array.isArray(lists) && lists.every(isList) ? lists : undefined;
  } catch {
    return undefined;
  }
}
