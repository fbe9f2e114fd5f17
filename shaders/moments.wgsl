// What a unit's rows come to: what it reads (x), what should stand in for its update (t), by channel and, for a closed
// form, every channel with every other. Sums are of centred numbers: plain sums of squares lose every digit where a
// channel's mean is large beside its spread, which a massive one's is.

struct Params {
  rows: u32,
  stride: u32, // elements in a row, padded with zeros to a multiple of 8
  width: u32,
  afterRow: u32, // first row in `after`
  fullRow: u32, // and in `full`
  firstRow: u32, // of these rows, in places
  skip: u32, // positions below it do not count
  weighted: u32, // a row counts 1 / |full|^2, else 1
  chunk: u32, // rows whose sums are one part
  right: u32, // of the products, which is to the right: 0 x, 1 t
  firstFour: u32, // the first four channels of x of this dispatch
  fours: u32, // and how many fours
}

@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> after: array<f32>; // the stream behind the unit
@group(0) @binding(2) var<storage, read> full: array<f32>; // the full model's stream behind it
@group(0) @binding(3) var<storage, read> places: array<vec2u>; // position, row in the cache
@group(0) @binding(4) var<storage, read_write> weights: array<f32>; // [rows]
@group(0) @binding(5) var<storage, read_write> target_: array<f32>; // [rows, stride]: before, then t
@group(0) @binding(6) var<storage, read> x: array<vec4f>;
@group(0) @binding(7) var<storage, read> t: array<vec4f>;
@group(0) @binding(8) var<storage, read> counted: array<f32>; // weights
@group(0) @binding(9) var<storage, read_write> parts: array<vec4f>; // [chunks][8][stride]
@group(0) @binding(10) var<storage, read> shift: array<vec4f>; // parts, of which the first chunk's means are taken off
@group(0) @binding(11) var<storage, read_write> products: array<vec4f>; // [stride][stride]

// t = after - before, in the place of before; and what the row counts.
@compute @workgroup_size(64)
fn prepare(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let row = id.y * groups.x * 64u + id.x;
  if (row >= p.rows) {
    return;
  }
  var square = 0.0;
  for (var i = 0u; i < p.width; i++) {
    let own = after[(p.afterRow + row) * p.stride + i];
    let whole = full[(p.fullRow + row) * p.stride + i];
    target_[row * p.stride + i] = own - target_[row * p.stride + i];
    square += whole * whole;
  }
  var weight = 1.0;
  if (p.weighted != 0u) {
    weight = 1.0 / square;
  }
  weights[row] = select(weight, 0.0, places[p.firstRow + row].x < p.skip);
}

// A part: the means of x, t, |x| and |x + t| of a chunk of rows, then its centred sums of x x, x t and t t, and its weight.
@compute @workgroup_size(64)
fn channels(@builtin(global_invocation_id) id: vec3u) {
  let fours = p.stride / 4u;
  let i = id.x;
  let begin = id.y * p.chunk;
  if (i >= fours || begin >= p.rows) {
    return;
  }
  let end = min(begin + p.chunk, p.rows);
  var weight = 0.0;
  var mx = vec4f();
  var mt = vec4f();
  var ax = vec4f();
  var aa = vec4f();
  for (var r = begin; r < end; r++) {
    let w = counted[r];
    let a = x[r * fours + i];
    let b = t[r * fours + i];
    weight += w;
    mx += w * a;
    mt += w * b;
    ax += w * abs(a);
    aa += w * abs(a + b);
  }
  let share = select(1.0 / weight, 0.0, weight == 0.0);
  mx *= share;
  mt *= share;
  var xx = vec4f();
  var xt = vec4f();
  var tt = vec4f();
  for (var r = begin; r < end; r++) {
    let w = counted[r];
    let a = x[r * fours + i] - mx;
    let b = t[r * fours + i] - mt;
    xx += w * a * a;
    xt += w * a * b;
    tt += w * b * b;
  }
  let out = id.y * 8u * fours + i;
  parts[out] = mx;
  parts[out + fours] = mt;
  parts[out + 2u * fours] = ax * share;
  parts[out + 3u * fours] = aa * share;
  parts[out + 4u * fours] = xx;
  parts[out + 5u * fours] = xt;
  parts[out + 6u * fours] = tt;
  parts[out + 7u * fours] = vec4f(weight);
}

// Sums over all rows of (x - shift) of four channels with (x or t - shift) of four. Of x with x the lower half is left
// out: it mirrors the upper.
@compute @workgroup_size(64)
fn multiply(@builtin(global_invocation_id) id: vec3u) {
  let fours = p.stride / 4u;
  let j = id.x;
  let i = p.firstFour + id.y;
  if (j >= fours || id.y >= p.fours || (p.right == 0u && j < i)) {
    return;
  }
  let a0 = shift[i];
  let b0 = shift[p.right * fours + j];
  var s0 = vec4f();
  var s1 = vec4f();
  var s2 = vec4f();
  var s3 = vec4f();
  for (var r = 0u; r < p.rows; r++) {
    let a = counted[r] * (x[r * fours + i] - a0);
    let b = t[r * fours + j] - b0;
    s0 += a.x * b;
    s1 += a.y * b;
    s2 += a.z * b;
    s3 += a.w * b;
  }
  products[(4u * i) * fours + j] = s0;
  products[(4u * i + 1u) * fours + j] = s1;
  products[(4u * i + 2u) * fours + j] = s2;
  products[(4u * i + 3u) * fours + j] = s3;
}
