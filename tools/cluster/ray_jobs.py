"""Runs jobs of `lopper work` on a Ray cluster, a line a task, and merges the parts:

    python tools/cluster/ray_jobs.py jobs.jsonl "out/loo-*.json" loo.json [--gpus 1] [--per-task 4]

Several lines to a task (--per-task) keep the model open between them. A task whose worker or program dies is started again
by Ray; what it had done is passed over. The folder must be one that all nodes share. LOPPER: how lopper is called on a node,
if not npx lopper.
"""

import argparse
import glob
import os
import shlex
import subprocess

import ray

parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("jobs")
parser.add_argument("parts", help="the files of the parts, as a shell would name them")
parser.add_argument("whole", help="the file of the merged result")
parser.add_argument("--gpus", type=float, default=0, help="of a task; a fraction shares a card")
parser.add_argument("--cpus", type=float, default=1, help="of a task")
parser.add_argument("--per-task", type=int, default=1, help="lines of a task")
parser.add_argument("--retries", type=int, default=3)
args = parser.parse_args()

lopper = shlex.split(os.environ.get("LOPPER", "npx lopper"))
folder = os.getcwd()


@ray.remote(num_cpus=args.cpus, num_gpus=args.gpus, max_retries=args.retries, retry_exceptions=True)
def work(lines):
    # Its output goes to Ray's log of the worker, and from there to this program's.
    subprocess.run([*lopper, "work", "-"], input="\n".join(lines), text=True, cwd=folder, check=True)


ray.init(address=os.environ.get("RAY_ADDRESS"))  # none: Ray starts on this machine
with open(args.jobs) as file:
    lines = [line for line in file.read().splitlines() if line.strip()]
ray.get([work.remote(lines[at : at + args.per_task]) for at in range(0, len(lines), args.per_task)])
subprocess.run([*lopper, "merge", *sorted(glob.glob(args.parts)), "--out", args.whole], check=True)
