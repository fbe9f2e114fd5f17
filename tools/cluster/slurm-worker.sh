#!/bin/bash
# A worker of a Slurm job array: it takes every n-th line of JOBS, n being the size of the array, and keeps its model open.
# What is done is passed over, so that a worker that is started again goes on where it was.
#SBATCH --job-name=lopper
#SBATCH --cpus-per-task=1
#SBATCH --requeue
#SBATCH --open-mode=append
set -o pipefail
first=$((SLURM_ARRAY_TASK_ID - SLURM_ARRAY_TASK_MIN))
awk -v n="$SLURM_ARRAY_TASK_COUNT" -v i="$first" 'NF && k++ % n == i' "$JOBS" | ${LOPPER:-npx lopper} work -
status=$?
# Slurm itself starts a worker again where its node fails; where the program does, this does, three times.
if [ $status -ne 0 ] && [ "${SLURM_RESTART_COUNT:-0}" -lt "${RETRIES:-3}" ]; then
  echo "ended with status $status: again (${SLURM_RESTART_COUNT:-0} times before)"
  scontrol requeue "${SLURM_ARRAY_JOB_ID}_$SLURM_ARRAY_TASK_ID"
  sleep 60 # until Slurm takes it away
fi
exit $status
