// Products of few rows straight from the blocks, where a row has an even number of runs, four columns a thread or a few.
// Bytes are multiplied as they are, scale and least once for each sixteen, and they are unpacked once for ROWS rows. The
// columns take turns in a loop: a program that has all of them written out no longer fits where a processor keeps what it
// runs, and takes half as long again. epilogue.wgsl and blocks.wgsl stand before it.

override ROWS: u32 = 1u; // 1 or 2: a thread holds 64 inputs of each

fn runs() -> u32 {
  return p.steps / 4u;
}

// Half-word at which the weight row behind a column begins.
fn row_of(c: u32) -> u32 {
  return weightRow(c) * (runs() / select(1u, 8u, is_large())) * block_halves();
}

// Sixteen inputs, brought to the places of the bytes that they meet, and what they add up to.
struct Inputs {
  a: vec4f,
  b: vec4f,
  c: vec4f,
  d: vec4f,
  sum: f32,
}

fn inputs(at: u32) -> Inputs {
  let a = x[at];
  let b = x[at + 1u];
  let c = x[at + 2u];
  let d = x[at + 3u];
  let s = a + b + c + d;
  return Inputs(a * PLACES, b * PLACES, c * PLACES, d * PLACES, s.x + s.y + s.z + s.w);
}

// Sixteen bytes where they lie.
struct Sixteen {
  a: vec4f,
  b: vec4f,
  c: vec4f,
  d: vec4f,
}

fn sixteen(v: vec4u) -> Sixteen {
  return Sixteen(in_place(v.x), in_place(v.y), in_place(v.z), in_place(v.w));
}

fn product(i: Inputs, v: Sixteen) -> f32 {
  return dot(i.a, v.a) + dot(i.b, v.b) + dot(i.c, v.c) + dot(i.d, v.d);
}

// The inputs that a pair of runs meets.
struct Sixty {
  a: Inputs,
  b: Inputs,
  c: Inputs,
  d: Inputs,
}

// Those of row `r` of x from `first` on: the last row again beyond it.
fn sixty(first: u32, r: u32, i: u32) -> Sixty {
  let base = (p.rowStart + min(first + r, p.rows - 1u)) * runs() * 8u;
  let a = base + 8u * first_of(i);
  let b = a + 8u * apart();
  return Sixty(inputs(a), inputs(a + 4u), inputs(b), inputs(b + 4u));
}

// The bytes of a pair of runs.
struct Numbers {
  a: Sixteen,
  b: Sixteen,
  c: Sixteen,
  d: Sixteen,
  scale: vec4f,
  least: vec4f,
}

fn numbers(v: Two) -> Numbers {
  return Numbers(
    sixteen(v.a.a),
    sixteen(v.a.b),
    sixteen(v.b.a),
    sixteen(v.b.b),
    vec4f(v.a.scale, v.b.scale),
    vec4f(v.a.least, v.b.least),
  );
}

// A row's sums, column `c`'s increased.
fn into(sums: vec4f, i: Sixty, n: Numbers, c: u32) -> vec4f {
  let products = vec4f(product(i.a, n.a), product(i.b, n.b), product(i.c, n.c), product(i.d, n.d));
  let more = dot(n.scale, products) + dot(n.least, vec4f(i.a.sum, i.b.sum, i.c.sum, i.d.sum));
  return sums + select(vec4f(), vec4f(more), vec4u(0u, 1u, 2u, 3u) == vec4u(c));
}

// Two rows of four columns.
struct Sums {
  r0: vec4f,
  r1: vec4f,
}

// The rows' sums with the i-th pair of runs of a strip's columns.
fn with_pair(before: Sums, first: u32, i: u32, strip: u32) -> Sums {
  var sums = before;
  let x0 = sixty(first, 0u, i);
  let x1 = sixty(first, 1u, i);
  for (var c = 0u; c < 4u; c++) {
    let n = numbers(pair(row_of(4u * strip + c), i, true));
    sums.r0 = into(sums.r0, x0, n, c);
    if (ROWS > 1u) {
      sums.r1 = into(sums.r1, x1, n, c);
    }
  }
  return sums;
}

@compute @workgroup_size(32)
fn products_register(@builtin(global_invocation_id) id: vec3u) {
  if (4u * id.x >= select(p.outputs, 2u * p.outputs, is_gated())) {
    return;
  }
  let first = id.y * ROWS;
  var sums = Sums();
  for (var i = 0u; i < runs() / 2u; i++) {
    sums = with_pair(sums, first, i, id.x);
  }
  if (ROWS == 1u) {
    finish(p.rowStart + first, 4u * id.x, sums.r0);
    return;
  }
  // In a loop: what writes an output is compiled once.
  for (var r = 0u; r < ROWS && first + r < p.rows; r++) {
    finish(p.rowStart + first + r, 4u * id.x, select(sums.r0, sums.r1, r == 1u));
  }
}

var<workgroup> partial: array<vec4f, 64u * ROWS>;

// Neighbouring threads read neighbouring pairs, as many of them as a row has; the others of the workgroup take other columns.
@compute @workgroup_size(64)
fn products_workgroup(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) t: u32) {
  let lane = t % p.sharing;
  let strip = group.x * (64u / p.sharing) + t / p.sharing;
  let first = group.y * ROWS;
  var sums = Sums();
  for (var i = lane; i < runs() / 2u; i += p.sharing) {
    sums = with_pair(sums, first, i, strip);
  }
  partial[t] = sums.r0;
  if (ROWS > 1u) {
    partial[64u + t] = sums.r1;
  }
  workgroupBarrier();
  for (var rest = p.sharing / 2u; rest > 0u; rest >>= 1u) {
    if (lane < rest) {
      for (var at = t; at < 64u * ROWS; at += 64u) {
        partial[at] += partial[at + rest];
      }
    }
    workgroupBarrier();
  }
  // A row's sums lie at its first thread: the strip's threads finish a row each.
  if (lane < ROWS && first + lane < p.rows) {
    finish(p.rowStart + first + lane, 4u * strip, partial[64u * lane + t - lane]);
  }
}
