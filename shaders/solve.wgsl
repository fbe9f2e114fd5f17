// Linear equations with a symmetric matrix of positive eigenvalues, by Cholesky: A = L L', block by block of 64 columns. Rows
// of right sides lie below the matrix, [n + rows, n]: what brings the rows below a block to L solves L y = b for theirs too.

struct Params {
  n: u32, // a multiple of 64
  block: u32, // its first column
  firstRow: u32, // of this dispatch
  rows: u32,
  firstColumn: u32, // a multiple of 4, as are the columns
  columns: u32,
}

@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read_write> m: array<vec4f>; // [n + rows, n / 4]
@group(0) @binding(2) var<storage, read_write> failed: array<u32>; // 1 where an eigenvalue is not positive, as far as can be told

const BLOCK = 64u;

var<workgroup> column: array<f32, 64>;
var<workgroup> root: f32;

fn at(row: u32, c: u32) -> f32 {
  return m[row * (p.n / 4u) + c / 4u][c % 4u];
}

fn put(row: u32, c: u32, value: f32) {
  m[row * (p.n / 4u) + c / 4u][c % 4u] = value;
}

// The block on the diagonal becomes its L, a thread a row; what is above the diagonal stays.
@compute @workgroup_size(64)
fn factor(@builtin(local_invocation_index) t: u32) {
  let row = p.block + t;
  for (var j = 0u; j < BLOCK; j++) {
    if (t == j) {
      let pivot = at(row, p.block + j);
      if (pivot > 0.0) {
        root = sqrt(pivot);
      } else {
        root = 1.0;
        failed[0] = 1u;
      }
    }
    workgroupBarrier();
    if (t >= j) {
      let value = select(at(row, p.block + j) / root, root, t == j);
      column[t] = value;
      put(row, p.block + j, value);
    }
    workgroupBarrier();
    for (var c = j + 1u; c <= t; c++) {
      put(row, p.block + c, at(row, p.block + c) - column[t] * column[c]);
    }
    workgroupBarrier();
  }
}

// Rows become what solves L y = row, within the block: a thread a row.
@compute @workgroup_size(64)
fn forwards(@builtin(global_invocation_id) id: vec3u) {
  if (id.x >= p.rows) {
    return;
  }
  let row = p.firstRow + id.x;
  for (var i = 0u; i < BLOCK; i++) {
    var rest = at(row, p.block + i);
    for (var j = 0u; j < i; j++) {
      rest -= at(p.block + i, p.block + j) * at(row, p.block + j);
    }
    put(row, p.block + i, rest / at(p.block + i, p.block + i));
  }
}

// The same of L' x = row.
@compute @workgroup_size(64)
fn backwards(@builtin(global_invocation_id) id: vec3u) {
  if (id.x >= p.rows) {
    return;
  }
  let row = p.firstRow + id.x;
  for (var i = BLOCK; i > 0u; i--) {
    var rest = at(row, p.block + i - 1u);
    for (var j = i; j < BLOCK; j++) {
      rest -= at(p.block + j, p.block + i - 1u) * at(row, p.block + j);
    }
    put(row, p.block + i - 1u, rest / at(p.block + i - 1u, p.block + i - 1u));
  }
}

// What the columns of a block that are done take off the columns above them: four rows by four columns a thread.
@compute @workgroup_size(64)
fn less(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let id = group.xy * 8u + vec2u(lane & 7u, lane >> 3u);
  let c = p.firstColumn + 4u * id.x;
  let r = p.firstRow + 4u * id.y;
  // Above the diagonal nothing is read.
  if (4u * id.x >= p.columns || 4u * id.y >= p.rows || c > r + 3u) {
    return;
  }
  let fours = p.n / 4u;
  let last = p.firstRow + p.rows - 1u;
  let r1 = min(r + 1u, last);
  let r2 = min(r + 2u, last);
  let r3 = min(r + 3u, last);
  var s0 = vec4f();
  var s1 = vec4f();
  var s2 = vec4f();
  var s3 = vec4f();
  for (var k = p.block / 4u; k < (p.block + BLOCK) / 4u; k++) {
    let right = mat4x4f(m[c * fours + k], m[(c + 1u) * fours + k], m[(c + 2u) * fours + k], m[(c + 3u) * fours + k]);
    s0 += m[r * fours + k] * right;
    s1 += m[r1 * fours + k] * right;
    s2 += m[r2 * fours + k] * right;
    s3 += m[r3 * fours + k] * right;
  }
  let q = c / 4u;
  m[r * fours + q] -= s0;
  if (r + 1u <= last) { m[r1 * fours + q] -= s1; }
  if (r + 2u <= last) { m[r2 * fours + q] -= s2; }
  if (r + 3u <= last) { m[r3 * fours + q] -= s3; }
}

// The same downwards, for L'.
@compute @workgroup_size(64)
fn lessBelow(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let id = group.xy * 8u + vec2u(lane & 7u, lane >> 3u);
  let c = p.firstColumn + 4u * id.x;
  let r = p.firstRow + 4u * id.y;
  if (4u * id.x >= p.columns || 4u * id.y >= p.rows) {
    return;
  }
  let fours = p.n / 4u;
  let last = p.firstRow + p.rows - 1u;
  let r1 = min(r + 1u, last);
  let r2 = min(r + 2u, last);
  let r3 = min(r + 3u, last);
  let q = c / 4u;
  var s0 = vec4f();
  var s1 = vec4f();
  var s2 = vec4f();
  var s3 = vec4f();
  for (var k = 0u; k < BLOCK; k++) {
    let right = m[(p.block + k) * fours + q];
    let b = p.block + k;
    s0 += at(r, b) * right;
    s1 += at(r1, b) * right;
    s2 += at(r2, b) * right;
    s3 += at(r3, b) * right;
  }
  m[r * fours + q] -= s0;
  if (r + 1u <= last) { m[r1 * fours + q] -= s1; }
  if (r + 2u <= last) { m[r2 * fours + q] -= s2; }
  if (r + 3u <= last) { m[r3 * fours + q] -= s3; }
}
