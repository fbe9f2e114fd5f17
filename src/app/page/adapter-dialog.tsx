import { type ReactNode, useEffect, useState } from 'react';
import type { AdapterReport, Examination, MemoryReport } from '../../lab/contract';
import { rateLines } from '../../lab/files/examination-text';
import { copyExamination, examineMachine } from '../actions/examine';
import { refreshMemory, setMemoryBudget } from '../actions/session';
import { Button } from '../widgets/button';
import { Dialog } from '../widgets/dialog';
import { JobProgress } from '../widgets/job-progress';
import { NumberField } from '../widgets/number-field';
import { useApp } from '../widgets/use-app';
import { bytes, whole } from '../words/format';
import css from './adapter-dialog.module.css';
import { WebGpuAdvice } from './webgpu-advice';

/** What computes: the adapter, what it can do, and whether it can be trusted. */
export function AdapterDialog() {
  const machine = useApp((s) => s.machine);
  const open = useApp((s) => s.dialog === 'adapter');
  const ready = machine.status === 'ready';
  useEffect(() => {
    if (open && ready) void refreshMemory();
  }, [open, ready]);
  return (
    <Dialog name="adapter" title="What computes here">
      {machine.status === 'ready' && <Report {...machine} />}
      {machine.status === 'starting' && <p className="soft">Looking for an adapter and testing it…</p>}
      {'failure' in machine && (
        <>
          <p>{machine.failure.message}</p>
          <p>{withFlags(machine.failure.remedy)}</p>
          <WebGpuAdvice />
        </>
      )}
    </Dialog>
  );
}

/** Flags of a command line stay whole at the end of a line. */
const withFlags = (text: string): ReactNode[] =>
  text.split(/(--[\w=-]+)/).map((part, i) =>
    i % 2 === 1 ? (
      <code key={part} className={css.flag}>
        {part}
      </code>
    ) : (
      part
    ),
  );

function Report({ adapter, memory, found }: { adapter: AdapterReport; memory?: MemoryReport; found?: Examination }) {
  const { selfTest, matmul } = adapter;
  return (
    <>
      {adapter.software && (
        <p className={css.software}>
          <strong>This is a software adapter.</strong> The “GPU” is a program on the processor: every number is right,
          but ten to a thousand times slower than on a graphics card. If this machine has one, switch graphics
          acceleration on in the browser’s settings, update its driver, or try{' '}
          <code>chrome://flags/#ignore-gpu-blocklist</code>. On Windows with two cards, give the browser “High
          performance” in Settings, System, Display, Graphics.
        </p>
      )}
      <dl className={css.facts}>
        <Fact name="Vendor">{adapter.vendor || 'not told'}</Fact>
        <Fact name="Architecture">{adapter.architecture || 'not told'}</Fact>
        {adapter.device && <Fact name="Device">{adapter.device}</Fact>}
        <Fact name="Description">{adapter.description || 'not told'}</Fact>
        <Fact name="Self-test">
          {selfTest.passed ? 'passed' : 'failed'}: {selfTest.cases} cases, largest error{' '}
          {selfTest.worstError.toExponential(1)}, {whole(selfTest.milliseconds)} ms, on{' '}
          {new Date(selfTest.at).toLocaleString()}
        </Fact>
        <Fact name="Matrix kernel">
          {matmul.variant}
          {Object.keys(matmul.gflops).length > 0 && (
            <span className="soft">
              {' '}
              (measured:{' '}
              {Object.entries(matmul.gflops)
                .map(([name, rate]) => `${name} ${rate.toFixed(rate < 10 ? 1 : 0)}`)
                .join(', ')}{' '}
              GFLOP/s)
            </span>
          )}
        </Fact>
        {memory && (
          <Fact name="GPU memory in use">
            {bytes(memory.weights)} weights, {bytes(memory.activations)} activations, {bytes(memory.cache)} KV cache
            {memory.peak > 0 && `; at most ${bytes(memory.peak)} together since the model was opened`}
          </Fact>
        )}
        {memory && memory.budget > 0 && (
          <Fact name="Budget for branches">
            <MemoryBudget budget={memory.budget} />
          </Fact>
        )}
        <Fact name="Features">
          {adapter.features.length > 0 ? adapter.features.join(', ') : 'none beyond the core'}
        </Fact>
      </dl>
      <h3 className={css.limits}>Limits</h3>
      <dl className={css.facts}>
        {Object.entries(adapter.limits).map(([name, value]) => (
          <Fact key={name} name={name}>
            {/size|bytes/i.test(name) ? bytes(value) : whole(value)}
          </Fact>
        ))}
      </dl>
      <Rates found={found} />
    </>
  );
}

/** What the adapter can do, measured when a person asks, and all of it as a text to take along. */
function Rates({ found }: { found?: Examination }) {
  const job = useApp((s) => s.jobs.examine);
  return (
    <section aria-label="Measured rates">
      <h3 className={css.limits}>Rates</h3>
      {job ? (
        <JobProgress slot="examine" />
      ) : (
        <p className={css.measure}>
          <Button onClick={() => void examineMachine()}>{found ? 'Measure again' : 'Measure this machine'}</Button>
          {found && <Button onClick={() => void copyExamination(found)}>Copy all as text</Button>}
          {!found && (
            <span className="small soft">Products, attention, memory and the cost of a call; some seconds.</span>
          )}
        </p>
      )}
      {found && (
        <dl className={css.facts}>
          {rateLines(found).map(([name, value]) => (
            <Fact key={name + value} name={name}>
              {value}
            </Fact>
          ))}
        </dl>
      )}
    </section>
  );
}

const MIB = 2 ** 20;

/** Many masks are walked at once, in as many waves as this allows. */
function MemoryBudget({ budget }: { budget: number }) {
  const [wanted, setWanted] = useState(Math.round(budget / MIB));
  return (
    <form
      className={css.budget}
      onSubmit={(e) => {
        e.preventDefault();
        void setMemoryBudget(wanted * MIB);
      }}
    >
      <NumberField label="At most" value={wanted} min={1} max={65_536} unit="MiB" onChange={setWanted} />
      <Button type="submit" disabled={wanted === Math.round(budget / MIB)}>
        Set
      </Button>
      <p className="small soft">
        Cost alone, shares and curves take many masks through the model together, in waves that fit. More is faster,
        until the GPU runs out.
      </p>
    </form>
  );
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </>
  );
}
