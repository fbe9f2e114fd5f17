// What a loss says of a module's own numbers, given what it read and g, the gradient of the loss by what it adds. That is
// s (B A x + bias), so that dA = s B'g x', dB = s g (A x)' and dbias = s g, summed over rows: in their order, so that the same
// rows come to the same numbers.

struct Params {
  rows: u32, // of this dispatch
  firstRow: u32, // the first of them
  xRow: u32, // where all rows begin: of what was read,
  gRow: u32, // of the gradient
  width: u32,
  stride: u32, // elements in a row of the stream, padded with zeros to a multiple of 8
  rank: u32,
  rankStride: u32, // the same of the rank
  strength: f32,
  lefts: u32, // rows of a table of sums of this dispatch
  firstLeft: u32, // the first of them
}

@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> x: array<vec4f>;
@group(0) @binding(2) var<storage, read> g: array<f32>;
@group(0) @binding(3) var<storage, read> a: array<vec4f>; // [rank, stride]
@group(0) @binding(4) var<storage, read> b: array<vec4f>; // [width, rankStride]
@group(0) @binding(5) var<storage, read_write> read_: array<f32>; // [rows, rankStride]: A x
@group(0) @binding(6) var<storage, read_write> through_: array<vec4f>; // [rows, rankStride]: s B'g
@group(0) @binding(7) var<storage, read> left: array<f32>;
@group(0) @binding(8) var<storage, read> right: array<vec4f>;
@group(0) @binding(9) var<storage, read_write> sums: array<vec4f>;
@group(0) @binding(10) var<storage, read> gradient: array<vec4f>; // g

// A x, zeros where ranks are padded.
@compute @workgroup_size(64)
fn inwards(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.y * groups.x * 64u + id.x;
  if (i >= p.rows * p.rankStride) {
    return;
  }
  let row = p.firstRow + i / p.rankStride;
  let j = i % p.rankStride;
  let fours = p.stride / 4u;
  var sum = 0.0;
  if (j < p.rank) {
    for (var k = 0u; k < fours; k++) {
      sum += dot(a[j * fours + k], x[(p.xRow + row) * fours + k]);
    }
  }
  read_[row * p.rankStride + j] = sum;
}

// s B'g, four ranks to a thread.
@compute @workgroup_size(64)
fn through(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.y * groups.x * 64u + id.x;
  let fours = p.rankStride / 4u;
  if (i >= p.rows * fours) {
    return;
  }
  let row = p.firstRow + i / fours;
  let j = i % fours;
  var sum = vec4f();
  for (var k = 0u; k < p.width; k++) {
    sum += g[(p.gRow + row) * p.stride + k] * b[k * fours + j];
  }
  through_[row * fours + j] = p.strength * sum;
}

// dB += s g (A x)', a row of B by four ranks.
@compute @workgroup_size(64)
fn spread(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.y * groups.x * 64u + id.x;
  let fours = p.rankStride / 4u;
  if (i >= p.lefts * fours) {
    return;
  }
  let l = p.firstLeft + i / fours;
  let j = i % fours;
  var sum = vec4f();
  for (var r = 0u; r < p.rows; r++) {
    sum += left[(p.gRow + r) * p.stride + l] * right[r * fours + j];
  }
  sums[l * fours + j] += p.strength * sum;
}

// dA += s B'g x', a rank by four channels.
@compute @workgroup_size(64)
fn gather(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.y * groups.x * 64u + id.x;
  let fours = p.stride / 4u;
  if (i >= p.lefts * fours) {
    return;
  }
  let l = p.firstLeft + i / fours;
  let j = i % fours;
  var sum = vec4f();
  for (var r = 0u; r < p.rows; r++) {
    sum += left[r * p.rankStride + l] * right[(p.xRow + r) * fours + j];
  }
  sums[l * fours + j] += sum;
}

// dbias += s g.
@compute @workgroup_size(64)
fn total(@builtin(global_invocation_id) id: vec3u) {
  let fours = p.stride / 4u;
  if (id.x >= fours) {
    return;
  }
  var sum = vec4f();
  for (var r = 0u; r < p.rows; r++) {
    sum += gradient[(p.gRow + r) * fours + id.x];
  }
  sums[id.x] += p.strength * sum;
}
