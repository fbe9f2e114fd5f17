// RMS norm and layer norm of rows of the residual stream, gathered from the slots of the branches that run; or of rows that
// lie one after the other, added to those of the slots (ADD: a norm behind a sublayer).
// THREADS threads share a row; their sums meet in workgroup memory and every thread adds them up, which costs one barrier
// in place of a tree's six. With one thread a row there is neither: software adapters spend seconds on compiling a
// barrier and far more on running it.

override THREADS: u32 = 64u; // that share a row
override ROWS: u32 = 1u; // of a workgroup
override LAYER_NORM: bool = false;
override GATHER: bool = false; // rows by a list (the scored rows), else all rows of a branch
override ADD: bool = false;

struct Params {
  rows: u32,
  width: u32,
  stride: u32, // elements in a row, padded with zeros to a multiple of 8
  rowsPerSlot: u32, // rows of one branch in the stream
  rowsPerBranch: u32, // rows of one branch in out
  hasBias: u32,
  firstRow: u32, // into the list, or into a branch's rows
  eps: f32,
  slots: array<vec4u, 16>,
}

@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> stream: array<f32>;
@group(0) @binding(2) var<storage, read> weight: array<f32>;
@group(0) @binding(3) var<storage, read> bias: array<f32>;
@group(0) @binding(4) var<storage, read> list: array<u32>;
@group(0) @binding(5) var<storage, read_write> out: array<f32>;

var<workgroup> shares: array<f32, THREADS * ROWS>;

// The sum of every thread's value over the row; `first` is the row's place in the workgroup.
fn total(mine: f32, t: u32, first: u32) -> f32 {
  if (THREADS == 1u) {
    return mine;
  }
  workgroupBarrier();
  shares[first + t] = mine;
  workgroupBarrier();
  var sum = 0.0;
  for (var i = 0u; i < THREADS; i++) {
    sum += shares[first + i];
  }
  return sum;
}

@compute @workgroup_size(64)
fn norm(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let t = lane % THREADS;
  let line = lane / THREADS; // its row of the workgroup
  let first = line * THREADS;
  let asked = (group.y * groups.x + group.x) * ROWS + line;
  let row = min(asked, p.rows - 1u); // every thread must reach the barriers
  let branch = row / p.rowsPerBranch;
  var at = p.firstRow + row % p.rowsPerBranch;
  if (GATHER) {
    at = list[at];
  }
  let slot_row = (p.slots[branch >> 2u][branch & 3u] * p.rowsPerSlot + at) * p.stride;
  let source = select(slot_row, row * p.stride, ADD);
  let target_row = select(row * p.stride, slot_row, ADD);

  var mean = 0.0;
  if (LAYER_NORM) {
    var sum = 0.0;
    for (var i = t; i < p.width; i += THREADS) {
      sum += stream[source + i];
    }
    mean = total(sum, t, first) / f32(p.width);
  }
  var square = 0.0;
  for (var i = t; i < p.width; i += THREADS) {
    let v = stream[source + i] - mean;
    square += v * v;
  }
  let scale = 1.0 / sqrt(total(square, t, first) / f32(p.width) + p.eps);
  if (asked >= p.rows) {
    return;
  }
  for (var i = t; i < p.stride; i += THREADS) {
    var v = 0.0;
    if (i < p.width) {
      v = (stream[source + i] - mean) * scale * weight[i];
      if (p.hasBias != 0u) {
        v += bias[i];
      }
    }
    if (ADD) {
      v += out[target_row + i];
    }
    out[target_row + i] = v;
  }
}
