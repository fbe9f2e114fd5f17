#!/bin/bash
# Runs JOBS (lines of `lopper work`) on a Slurm cluster with so many workers, and merges once all of them have ended well:
#   tools/cluster/slurm.sh jobs.jsonl 8 "out/loo-*.json" loo.json --gres=gpu:1 --time=4:00:00
# What follows goes to sbatch for the workers. Logs go to logs/. LOPPER: how lopper is called on a node, if not npx lopper.
set -e
[ $# -ge 4 ] || { echo 'Write: slurm.sh JOBS WORKERS "PARTS" WHOLE [sbatch options]' >&2; exit 1; }
here=$(dirname "$(realpath "$0")")
export JOBS WORKERS PARTS WHOLE
JOBS=$(realpath "$1") WORKERS=$2 PARTS=$3 WHOLE=$4
shift 4
mkdir -p logs
array=$(sbatch --parsable --array="1-$WORKERS" --output=logs/%A_%a.log "$@" "$here/slurm-worker.sh")
sbatch --parsable --dependency="afterok:$array" --kill-on-invalid-dep=yes --output=logs/merge-%j.log \
  --wrap "${LOPPER:-npx lopper} merge $PARTS --out $WHOLE"
