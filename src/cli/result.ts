import { type Result, readResultFile, resultFile } from '../lab/files/result-file';
import { usage } from './arguments';
import type { Session, Told } from './command';

/** A result as it is printed with --json and read back by --resume and by the page. */
export const resultJson = (result: Result, { model, text, madeBy }: Told): object =>
  resultFile(result, model!, { text, madeBy: { ...madeBy, dtype: madeBy.dtype! } });

/** The result that `--resume` names, of that kind; undefined without it. Throws what reading it throws, and `usage`. */
export async function readResume<K extends Result['kind']>(
  { args, model, readText }: Session,
  kind: K,
): Promise<Extract<Result, { kind: K }> | undefined> {
  const path = args.values.get('resume');
  if (path === undefined) return undefined;
  const result: Result = readResultFile(await readText(path), model);
  if (result.kind === kind) return result as Extract<Result, { kind: K }>;
  throw usage(`${path} is a result of lopper ${result.kind}.`, `Give one of lopper ${kind}.`);
}
