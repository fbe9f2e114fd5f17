// What is done with the gradient of the stream on its way down, beside the sublayers:
//   clear    nothing has come down yet
//   effect   what to first order a unit's update does to the loss at each position: |gradient · (after - before)|
//   pull     the gradient of the squared distance from another stream is added, and the distance of each row told

override THREADS: u32 = 64u; // that share a row
override ROWS: u32 = 1u; // of a workgroup; see norm.wgsl

struct Params {
  rows: u32,
  width: u32,
  stride: u32, // elements in a row, padded to a multiple of 8
  outRow: u32,
  scale: f32, // of the squared distance in the loss
}

@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read_write> gradient: array<f32>;
@group(0) @binding(2) var<storage, read> given: array<f32>; // gradient
@group(0) @binding(3) var<storage, read> after: array<f32>;
@group(0) @binding(4) var<storage, read> before: array<f32>; // or the stream that one is pulled towards
@group(0) @binding(5) var<storage, read_write> out: array<f32>; // by row

@compute @workgroup_size(64)
fn clear(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.y * groups.x * 64u + id.x;
  if (i < p.rows * p.stride) {
    gradient[i] = 0.0;
  }
}

var<workgroup> shares: array<f32, THREADS * ROWS>;

fn total(mine: f32, t: u32, first: u32) -> f32 {
  if (THREADS == 1u) {
    return mine;
  }
  shares[first + t] = mine;
  workgroupBarrier();
  var sum = 0.0;
  for (var i = 0u; i < THREADS; i++) {
    sum += shares[first + i];
  }
  return sum;
}

@compute @workgroup_size(64)
fn effect(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let t = lane % THREADS;
  let line = lane / THREADS; // its row of the workgroup
  let asked = (group.y * groups.x + group.x) * ROWS + line;
  let row = min(asked, p.rows - 1u); // every thread must reach the barrier
  let base = row * p.stride;
  var sum = 0.0;
  for (var i = t; i < p.width; i += THREADS) {
    sum += given[base + i] * (after[base + i] - before[base + i]);
  }
  sum = total(sum, t, line * THREADS);
  if (t == 0u && asked == row) {
    out[p.outRow + row] = abs(sum);
  }
}

@compute @workgroup_size(64)
fn pull(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let t = lane % THREADS;
  let line = lane / THREADS; // its row of the workgroup
  let asked = (group.y * groups.x + group.x) * ROWS + line;
  let row = min(asked, p.rows - 1u); // every thread must reach the barrier
  let base = row * p.stride;
  var sum = 0.0;
  for (var i = t; i < p.width; i += THREADS) {
    let apart = after[base + i] - before[base + i];
    sum += apart * apart;
    if (asked == row) {
      gradient[base + i] += 2.0 * p.scale * apart;
    }
  }
  sum = total(sum, t, line * THREADS);
  if (t == 0u && asked == row) {
    out[p.outRow + row] = p.scale * sum;
  }
}
