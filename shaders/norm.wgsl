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
// Four channels at a time; buffers are as long as whole fours.
@group(0) @binding(1) var<storage, read> stream: array<vec4f>;
@group(0) @binding(2) var<storage, read> weight: array<vec4f>;
@group(0) @binding(3) var<storage, read> bias: array<vec4f>;
@group(0) @binding(4) var<storage, read> list: array<u32>;
@group(0) @binding(5) var<storage, read_write> out: array<vec4f>;

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

// Four channels of a row less its mean; nothing in the place of those past its end.
fn centred(source: u32, i: u32, mean: f32) -> vec4f {
  return within(stream[source + i] - mean, i);
}

fn within(v: vec4f, i: u32) -> vec4f {
  return select(vec4f(), v, vec4u(4u * i) + vec4u(0u, 1u, 2u, 3u) < vec4u(p.width));
}

fn normed(source: u32, i: u32, mean: f32, scale: f32) -> vec4f {
  var v = centred(source, i, mean) * scale * weight[i];
  if (p.hasBias != 0u) {
    v += bias[i];
  }
  return within(v, i);
}

fn put(target_row: u32, i: u32, end: u32, v: vec4f) {
  if (i >= end) {
    return;
  }
  if (ADD) {
    out[target_row + i] += v;
  } else {
    out[target_row + i] = v;
  }
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
  let fours = p.stride / 4u;
  let slot_row = (p.slots[branch >> 2u][branch & 3u] * p.rowsPerSlot + at) * fours;
  let source = select(slot_row, row * fours, ADD);
  let target_row = select(row * fours, slot_row, ADD);
  let end = select(fours, 0u, asked != row);

  // Four loads on their way at once.
  var mean = 0.0;
  if (LAYER_NORM) {
    var sums = vec4f();
    for (var i = t; i < end; i += 4u * THREADS) {
      sums += centred(source, i, 0.0) + centred(source, i + THREADS, 0.0);
      sums += centred(source, i + 2u * THREADS, 0.0) + centred(source, i + 3u * THREADS, 0.0);
    }
    mean = total(sums.x + sums.y + sums.z + sums.w, t, first) / f32(p.width);
  }
  var squares = vec4f();
  for (var i = t; i < end; i += 4u * THREADS) {
    let a = centred(source, i, mean);
    let b = centred(source, i + THREADS, mean);
    let c = centred(source, i + 2u * THREADS, mean);
    let d = centred(source, i + 3u * THREADS, mean);
    squares += a * a + b * b + c * c + d * d;
  }
  let square = total(squares.x + squares.y + squares.z + squares.w, t, first);
  let scale = 1.0 / sqrt(square / f32(p.width) + p.eps);
  for (var i = t; i < end; i += 4u * THREADS) {
    let a = normed(source, i, mean, scale);
    let b = normed(source, i + THREADS, mean, scale);
    let c = normed(source, i + 2u * THREADS, mean, scale);
    let d = normed(source, i + 3u * THREADS, mean, scale);
    put(target_row, i, end, a);
    put(target_row, i + THREADS, end, b);
    put(target_row, i + 2u * THREADS, end, c);
    put(target_row, i + 3u * THREADS, end, d);
  }
}
