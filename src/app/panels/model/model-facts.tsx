import { useApp } from '../../widgets/use-app';
import { bytes, count, plural, whole } from '../../words/format';
import { MemoryChoice } from './memory-choice';
import css from './model.module.css';
import { PrecisionChoice } from './precision-choice';

export function ModelFacts() {
  const model = useApp((s) => s.open.model);
  if (!model) return <p className="soft">No model is open.</p>;
  const { report, source, loaded } = model;
  return (
    <dl className={css.facts}>
      <dt>Open now</dt>
      <dd>
        <strong>{report.id}</strong>
        {source.kind === 'hub' && ` at ${source.revision}, from ${source.host}`}
        {source.kind === 'files' && ', from a folder of yours'}
        {!loaded && ' (results only, measured beforehand; not loaded)'}
      </dd>
      <dt>Shape</dt>
      <dd>
        {plural(report.blocks, 'block')} of width {whole(report.width)}, {plural(report.heads, 'head')} (
        {report.kvHeads} for keys and values), {whole(report.vocabulary)} tokens known, {whole(report.context)} of
        context
      </dd>
      <dt>Weights</dt>
      <dd>
        {count(report.parameters)} parameters in {report.dtype}, {bytes(report.weightBytes)}
        {report.streamed && ', streamed through GPU memory a few layers at a time'}
      </dd>
      <PrecisionChoice />
      <MemoryChoice />
      <dt>Architecture</dt>
      <dd>
        {report.architecture}
        {!report.hasTokenizer && '; no tokenizer, so text cannot be read or written'}
      </dd>
    </dl>
  );
}
