import { type Result, type ResultOrigin, readResultFile, resultFile } from '../lab/files/result-file';
import { usage } from './arguments';
import type { Session } from './command';

/** A result as it is printed with --json and read back by --resume and by the page. */
export async function resultJson(
  { lab, model, version }: Session,
  result: Result,
  text: ResultOrigin['text'],
): Promise<object> {
  const { vendor, description } = await lab.start();
  const adapter = [vendor, description].filter(Boolean).join(' ');
  return resultFile(result, model, { text, madeBy: { lopper: await version(), adapter, dtype: model.dtype } });
}

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
