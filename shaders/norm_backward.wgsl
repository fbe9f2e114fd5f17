// The gradient of norm.wgsl by its rows, added to the gradient of the stream. With x̂ the normed row, y = x̂ weight + bias:
// dx = (weight dy - x̂ mean(weight dy x̂) - mean(weight dy)) / deviation, the last mean only of a layer norm.
// Threads share a row as there.

override THREADS: u32 = 64u; // that share a row
override ROWS: u32 = 1u; // of a workgroup
override LAYER_NORM: bool = false;
override GATHER: bool = false; // rows of the stream by a list (the scored rows), else all

struct Params {
  rows: u32,
  width: u32,
  stride: u32, // elements in a row, padded to a multiple of 8
  firstRow: u32, // into the list
  eps: f32,
}

@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> stream: array<f32>;
@group(0) @binding(2) var<storage, read> weight: array<f32>;
@group(0) @binding(3) var<storage, read> list: array<u32>;
@group(0) @binding(4) var<storage, read> dy: array<f32>; // [rows, stride]
@group(0) @binding(5) var<storage, read_write> gradient: array<f32>; // of the stream

var<workgroup> shares: array<f32, THREADS * ROWS>;

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
fn norm_backward(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let t = lane % THREADS;
  let line = lane / THREADS; // its row of the workgroup
  let first = line * THREADS;
  let asked = (group.y * groups.x + group.x) * ROWS + line;
  let row = min(asked, p.rows - 1u); // every thread must reach the barriers
  var at = row;
  if (GATHER) {
    at = list[p.firstRow + row];
  }
  let source = at * p.stride;
  let given = row * p.stride;
  let width = f32(p.width);

  var mean = 0.0;
  if (LAYER_NORM) {
    var sum = 0.0;
    for (var i = t; i < p.width; i += THREADS) {
      sum += stream[source + i];
    }
    mean = total(sum, t, first) / width;
  }
  var square = 0.0;
  var along = 0.0; // of weight dy with the row
  var plain = 0.0;
  for (var i = t; i < p.width; i += THREADS) {
    let v = stream[source + i] - mean;
    let g = weight[i] * dy[given + i];
    square += v * v;
    along += g * v;
    plain += g;
  }
  let scale = 1.0 / sqrt(total(square, t, first) / width + p.eps);
  let turn = total(along, t, first) / width * scale * scale;
  var shift = 0.0;
  if (LAYER_NORM) {
    shift = total(plain, t, first) / width;
  }
  if (asked >= p.rows) {
    return;
  }
  for (var i = t; i < p.width; i += THREADS) {
    let v = stream[source + i] - mean;
    gradient[source + i] += scale * (weight[i] * dy[given + i] - v * turn - shift);
  }
}
