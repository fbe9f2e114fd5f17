// Proves on this machine that the scripts here do what they say: `node tools/cluster/prove.mjs slurm` or `ray`.
// A real engine with two workers does a leave-one-out and an evaluation of Sapling in four parts each; one worker is killed
// in the middle, and the engine starts it again. The merged results must be those of one run, to the byte.
// Slurm: Debian's slurm-wlm and munge, as root. Ray: LOPPER_PYTHON is a Python that has it (python3).
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const HERE = fileURLToPath(new URL('.', import.meta.url));
const BIN = resolve(HERE, '../../src/cli/lopper.mjs');
const PYTHON = process.env.LOPPER_PYTHON ?? 'python3';
const PARTS = 4;
/** What a step of the engine may take, milliseconds. */
const PATIENCE = 150_000;

/** Whether a command is here and answers. @param {string} command @param {string[]} args */
const has = (command, ...args) => spawnSync(command, args, { stdio: 'ignore' }).status === 0;

/** Why an engine cannot be proved here; undefined where it can. @param {string} engine @returns {string | undefined} */
export function cannotProve(engine) {
  if (engine === 'ray') return has(PYTHON, '-c', 'import ray') ? undefined : `${PYTHON} has no ray`;
  if (engine !== 'slurm') return `there is no engine ${engine}: slurm or ray`;
  const missing = ['slurmctld', 'slurmd', 'munged'].filter((name) => !has(name, '--version') && !has(name, '-V'));
  if (missing.length > 0) return `${missing.join(', ')} not installed (apt-get install slurm-wlm)`;
  return process.getuid?.() === 0 ? undefined : 'its daemons are started as root';
}

/** @param {'slurm' | 'ray'} engine @returns {Promise<string>} what was seen */
export async function prove(engine) {
  const folder = mkdtempSync(join(tmpdir(), `lopper-${engine}-`));
  const env = { ...process.env, LOPPER: `${process.execPath} ${BIN}`, LOPPER_PROOF: folder };
  /** @type {(() => unknown)[]} */
  const ends = [];
  const lopper = (/** @type {string[]} */ ...words) =>
    execFileSync(process.execPath, [BIN, ...words], { cwd: folder, env, encoding: 'utf8', stdio: 'pipe' });
  try {
    const text = readFileSync(resolve(HERE, '../../public/calibration/stories.txt'), 'utf8').slice(0, 2000);
    writeFileSync(join(folder, 'text.txt'), text);
    const asked = {
      loo: 'influence sapling --text text.txt --seq-len 48 --max-windows 2 --metric loo-loss --unit block',
      eval: 'eval sapling --task school --limit 12 --drop attn:3 --compare',
    };
    const names = /** @type {(keyof typeof asked)[]} */ (Object.keys(asked));
    const whole = names.map((name) => JSON.stringify({ args: asked[name].split(' '), out: `whole-${name}.json` }));
    writeFileSync(join(folder, 'whole.jsonl'), whole.join('\n'));
    const jobs = names.map((name) =>
      execFileSync(process.execPath, [
        join(HERE, 'parts.mjs'),
        String(PARTS),
        `out/${name}`,
        ...asked[name].split(' '),
      ]),
    );
    writeFileSync(join(folder, 'jobs.jsonl'), jobs.join(''));

    const began = Date.now();
    const { running } = engine === 'slurm' ? await onSlurm(folder, env, ends) : onRay(folder, env, ends);
    const killed = await killOne(folder);
    await running;
    const seconds = Math.round((Date.now() - began) / 1000);

    lopper('work', 'whole.jsonl');
    for (const name of names) {
      const parts = readdirSync(join(folder, 'out')).filter((file) => file.startsWith(`${name}-`));
      lopper('merge', ...parts.map((file) => `out/${file}`), '--out', `merged-${name}.json`);
      const [one, merged] = ['whole', 'merged'].map((which) => readFileSync(join(folder, `${which}-${name}.json`)));
      if (!one?.equals(/** @type {Buffer} */ (merged))) throw new Error(`${name}: the parts are not one run's result`);
    }
    // The engine's own merge, of the leave-one-out.
    const own = readFileSync(join(folder, 'engine.json'));
    if (!own.equals(readFileSync(join(folder, 'whole-loo.json')))) throw new Error("the engine's merge differs");
    return `${engine}: ${2 * PARTS} parts on two workers in ${seconds} s, one killed after ${killed} parts and started again; merged to the bytes of one run.`;
  } finally {
    for (const end of ends.reverse()) await end();
    rmSync(folder, { recursive: true, force: true });
  }
}

const done = (/** @type {string} */ folder) =>
  existsSync(join(folder, 'out'))
    ? readdirSync(join(folder, 'out')).filter((file) => file.endsWith('.json')).length
    : 0;

/** Kills a worker of ours at work, once some parts are done; how many were. @param {string} folder */
async function killOne(folder) {
  await until('a first part', () => done(folder) > 0);
  const before = done(folder);
  let pid;
  await until('a worker', () => {
    [pid] = workersOf(folder);
    return pid !== undefined;
  });
  process.kill(Number(pid), 'SIGKILL');
  return before;
}

/** Processes of `lopper work` that were started for this proof. @param {string} folder @returns {number[]} */
function workersOf(folder) {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return pids.map(Number).filter((pid) => {
    try {
      const words = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
      return (
        words[1] === BIN &&
        words[2] === 'work' &&
        readFileSync(`/proc/${pid}/environ`, 'utf8').includes(`LOPPER_PROOF=${folder}`)
      );
    } catch {
      return false; // gone already
    }
  });
}

/** @param {string} what @param {() => boolean} is */
async function until(what, is) {
  for (const began = Date.now(); !is(); await sleep(100)) {
    if (Date.now() - began > PATIENCE) throw new Error(`waited in vain for ${what}`);
  }
}

/**
 * A cluster of one node with two slots, on this machine.
 * @param {string} folder @param {NodeJS.ProcessEnv} env @param {(() => unknown)[]} ends
 */
async function onSlurm(folder, env, ends) {
  for (const name of ['state', 'spool']) mkdirSync(join(folder, name));
  const [host, conf] = [hostname(), join(folder, 'slurm.conf')];
  const port = 20_000 + (process.pid % 20_000);
  writeFileSync(
    conf,
    `ClusterName=proof
SlurmctldHost=${host}
SlurmUser=root
SlurmctldPort=${port}
SlurmdPort=${port + 1}
StateSaveLocation=${folder}/state
SlurmdSpoolDir=${folder}/spool
SlurmctldPidFile=${folder}/slurmctld.pid
SlurmdPidFile=${folder}/slurmd.pid
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
JobAcctGatherType=jobacct_gather/none
ReturnToService=2
MpiDefault=none
SchedulerParameters=sched_interval=2
NodeName=${host} CPUs=2 State=UNKNOWN
PartitionName=all Nodes=ALL Default=YES MaxTime=INFINITE State=UP
`,
  );
  const ours = { ...env, SLURM_CONF: conf };
  const daemon = (/** @type {string} */ name, /** @type {string[]} */ ...args) => {
    const child = spawn(name, args, { env: ours, stdio: 'ignore' });
    ends.push(async () => {
      child.kill('SIGTERM');
      await Promise.race([new Promise((ended) => child.on('exit', ended)), sleep(10_000)]);
      child.kill('SIGKILL');
    });
  };
  if (!has('munge', '-n')) {
    mkdirSync('/run/munge', { recursive: true });
    execFileSync('chown', ['munge:munge', '/run/munge']);
    daemon('setpriv', '--reuid=munge', '--regid=munge', '--clear-groups', 'munged', '--foreground');
    await until('munge', () => has('munge', '-n'));
  }
  daemon('slurmctld', '-D');
  daemon('slurmd', '-D');
  const ask = (/** @type {string} */ command, /** @type {string[]} */ ...args) =>
    spawnSync(command, args, { env: ours, cwd: folder, encoding: 'utf8' }).stdout.trim();
  await until('the node', () => ask('sinfo', '-h', '-o', '%t') === 'idle');
  const merge = ask(join(HERE, 'slurm.sh'), 'jobs.jsonl', '2', 'out/loo-*.json', 'engine.json');
  if (!/^\d+$/.test(merge)) throw new Error(`Slurm took no job: ${merge}`);
  const hasMerged = () => {
    // What is put back waits two minutes, as ever on Slurm; here nobody has to.
    for (const job of ask('squeue', '-h', '-t', 'PD', '-o', '%A').split('\n').filter(Boolean))
      ask('scontrol', 'update', `JobId=${job}`, 'StartTime=now');
    return existsSync(join(folder, 'engine.json')) && ask('squeue', '-h') === '';
  };
  return { running: until('the merge', hasMerged) };
}

/**
 * Ray on this machine, with two slots.
 * @param {string} folder @param {NodeJS.ProcessEnv} env @param {(() => unknown)[]} ends
 */
function onRay(folder, env, ends) {
  // Cut finer than there are workers: what is left of the one that is killed goes to either.
  const args = [join(HERE, 'ray_jobs.py'), 'jobs.jsonl', 'out/loo-*.json', 'engine.json', '--per-task', '4'];
  const child = spawn(PYTHON, args, {
    cwd: folder,
    env: { ...env, RAY_DEDUP_LOGS: '0' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (said += chunk));
  ends.push(() => child.kill('SIGTERM'));
  const running = new Promise((ended, failed) => {
    child.on('exit', (status) => {
      if (status === 0) ended(undefined);
      else failed(new Error(`Ray ended with ${status}:\n${said.slice(-3000)}`));
    });
  });
  return { running };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const engine of process.argv.slice(2)) {
    const reason = cannotProve(engine);
    if (reason) console.log(`${engine} is not proved here: ${reason}`);
    else console.log(await prove(/** @type {'slurm' | 'ray'} */ (engine)));
  }
  process.exit();
}
