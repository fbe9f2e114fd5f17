#!/usr/bin/env node
/**
 * Makes Sapling: writes the corpus, trains, scores, picks the checkpoints that show its growth, and computes the results
 * that ship with it. Cut it and start it again: it goes on where it was.
 *
 *   node tools/sapling/make.mjs [--minutes 100] [--scratch /tmp/sapling] [--python python3]
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '100' },
    scratch: { type: 'string', default: '/tmp/sapling' },
    python: { type: 'string', default: 'python3' },
  },
});
const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, '../..');
const out = join(root, 'public/models/sapling');

/** @param {string} command @param {string[]} args */
function run(command, args) {
  // OpenBLAS's own threads only get into the way of torch's.
  const env = { ...process.env, OPENBLAS_NUM_THREADS: '1' };
  const { status } = spawnSync(command, args, { cwd: root, stdio: 'inherit', env });
  if (status !== 0) process.exit(status ?? 1);
}

// The ids are written last: where they are, the generator has finished.
if (!existsSync(join(values.scratch, 'stories.bin'))) run('npx', ['tsx', join(here, 'generate.ts'), values.scratch]);
run(values.python, [join(here, 'train.py'), '--minutes', values.minutes, '--scratch', values.scratch, '--out', out]);
run(values.python, [join(here, 'evaluate.py'), '--scratch', values.scratch, '--model', out]);
run(values.python, [join(here, 'growth.py'), '--scratch', values.scratch, '--model', out]);
run('npm', ['run', 'ship-results']);
