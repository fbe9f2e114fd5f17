// Rows of a matrix that is stored in llama.cpp's blocks, as f32: of a run of rows, or of the rows of some tokens.
// src/formats/blocks.ts says the same in plain loops. A block may begin at an odd half-word (18, 22, 34, 110, 210 bytes),
// so places are counted in half-words and words are read across two.

const Q4_0 = 12u;
const Q4_1 = 13u;
const Q5_0 = 16u;
const Q5_1 = 17u;
const Q8_0 = 18u;
const Q2_K = 20u;
const Q3_K = 21u;
const Q4_K = 22u;
const Q5_K = 23u;
const Q6_K = 24u;
const IQ4_NL = 30u;
const IQ4_XS = 33u;
override DTYPE: u32 = 18u;

struct Params {
  rows: u32,
  eights: u32, // numbers of a row / 8
  rowHalves: u32, // half-words of a stored row
  firstRow: u32, // of the buffer
  gather: u32, // row i is that of token ids[i], where this part of the table has it; firstRow: the token of its first row
  tokens: u32, // of the part
  outRow: u32, // first row of out
  scale: f32, // what all is multiplied by
}

@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> ids: array<u32>;
@group(0) @binding(2) var<storage, read> w: array<u32>;
@group(0) @binding(3) var<storage, read_write> out: array<vec4f>;

// The word at half-word `h`.
fn word(h: u32) -> u32 {
  let i = h >> 1u;
  if ((h & 1u) == 0u) {
    return w[i];
  }
  return (w[i] >> 16u) | (w[i + 1u] << 16u);
}

fn half_word(h: u32) -> u32 {
  return (w[h >> 1u] >> (16u * (h & 1u))) & 0xffffu;
}

fn half(h: u32) -> f32 {
  return unpack2x16float(half_word(h)).x;
}

fn byte(h: u32, i: u32) -> u32 {
  return (half_word(h + (i >> 1u)) >> (8u * (i & 1u))) & 0xffu;
}

fn signed_byte(h: u32, i: u32) -> f32 {
  return f32(extractBits(i32(byte(h, i)), 0u, 8u));
}

struct Eight {
  lo: vec4f,
  hi: vec4f,
}

// The bytes of eight numbers, one a byte.
struct Bytes {
  lo: u32,
  hi: u32,
}

// Eight bytes from half-word `h` on, shifted down and masked byte by byte.
fn bytes(h: u32, shift: u32, mask: u32) -> Bytes {
  return Bytes((word(h) >> shift) & (mask * 0x01010101u), (word(h + 2u) >> shift) & (mask * 0x01010101u));
}

fn apart(v: u32) -> vec4f {
  return vec4f(vec4u(v & 0xffu, (v >> 8u) & 0xffu, (v >> 16u) & 0xffu, v >> 24u));
}

// scale * q + least
fn scaled(q: Bytes, scale: f32, least: f32) -> Eight {
  return Eight(scale * apart(q.lo) + least, scale * apart(q.hi) + least);
}

// Four bits, one to a byte's lowest.
fn spread(bits: u32) -> u32 {
  return (bits & 1u) | ((bits & 2u) << 7u) | ((bits & 4u) << 14u) | ((bits & 8u) << 21u);
}

// Nibbles of a block of 32 whose 16 bytes begin at `h`: numbers i .. i + 7.
fn nibbles(h: u32, i: u32) -> Bytes {
  return bytes(h + ((i & 15u) >> 1u), 4u * (i >> 4u), 15u);
}

// With a fifth bit each, from the word at `h`.
fn with_fifth(q: Bytes, h: u32, i: u32) -> Bytes {
  let bits = word(h) >> i;
  return Bytes(q.lo | (spread(bits) << 4u), q.hi | (spread(bits >> 4u) << 4u));
}

const IQ4 = array<f32, 16>(
  -127.0, -104.0, -83.0, -65.0, -49.0, -35.0, -22.0, -10.0, 1.0, 13.0, 25.0, 38.0, 53.0, 69.0, 89.0, 113.0,
);

fn looked_up(v: u32) -> vec4f {
  var table = IQ4;
  return vec4f(table[v & 15u], table[(v >> 8u) & 15u], table[(v >> 16u) & 15u], table[v >> 24u]);
}

// Scale and least of sub-block `b`, from the 12 bytes at `h` (Q4_K, Q5_K).
fn six_bits(h: u32, b: u32) -> vec2f {
  if (b < 4u) {
    return vec2f(f32(byte(h, b) & 63u), f32(byte(h, b + 4u) & 63u));
  }
  let last = byte(h, b + 4u);
  return vec2f(
    f32((last & 15u) | ((byte(h, b - 4u) >> 6u) << 4u)),
    f32((last >> 4u) | ((byte(h, b) >> 6u) << 4u)),
  );
}

// Numbers i .. i + 7 of a block of 32 that begins at half-word `h`.
fn small_block(h: u32, i: u32) -> Eight {
  let d = half(h);
  if (DTYPE == Q8_0) {
    let at = h + 1u + (i >> 1u);
    // A signed byte plus 128 is the byte with its highest bit turned.
    let q = Bytes(word(at) ^ 0x80808080u, word(at + 2u) ^ 0x80808080u);
    return Eight(d * (apart(q.lo) - 128.0), d * (apart(q.hi) - 128.0));
  }
  if (DTYPE == Q4_0) {
    let q = nibbles(h + 1u, i);
    return Eight(d * (apart(q.lo) - 8.0), d * (apart(q.hi) - 8.0));
  }
  if (DTYPE == Q4_1) {
    return scaled(nibbles(h + 2u, i), d, half(h + 1u));
  }
  if (DTYPE == Q5_0) {
    let q = with_fifth(nibbles(h + 3u, i), h + 1u, i);
    return Eight(d * (apart(q.lo) - 16.0), d * (apart(q.hi) - 16.0));
  }
  if (DTYPE == Q5_1) {
    return scaled(with_fifth(nibbles(h + 4u, i), h + 2u, i), d, half(h + 1u));
  }
  let q = nibbles(h + 1u, i); // IQ4_NL
  return Eight(d * looked_up(q.lo), d * looked_up(q.hi));
}

// Numbers i .. i + 7 of a block of 256 that begins at half-word `h`.
fn large_block(h: u32, i: u32) -> Eight {
  let side = i >> 7u;
  let j = (i >> 5u) & 3u;
  let l = (i & 31u) >> 1u; // in half-words
  let b = i >> 5u;
  if (DTYPE == Q4_K) {
    let s = six_bits(h + 2u, b);
    return scaled(bytes(h + 8u + 16u * (b >> 1u) + l, 4u * (b & 1u), 15u), half(h) * s.x, -half(h + 1u) * s.y);
  }
  if (DTYPE == Q5_K) {
    let s = six_bits(h + 2u, b);
    let low = bytes(h + 24u + 16u * (b >> 1u) + l, 4u * (b & 1u), 15u);
    let high = bytes(h + 8u + l, b, 1u);
    let q = Bytes(low.lo | (high.lo << 4u), low.hi | (high.hi << 4u));
    return scaled(q, half(h) * s.x, -half(h + 1u) * s.y);
  }
  if (DTYPE == Q6_K) {
    let low = bytes(h + 32u * side + 16u * (j & 1u) + l, 4u * (j >> 1u), 15u);
    let high = bytes(h + 64u + 16u * side + l, 2u * j, 3u);
    let d = half(h + 104u) * signed_byte(h + 96u, i >> 4u);
    return Eight(
      d * (apart(low.lo | (high.lo << 4u)) - 32.0),
      d * (apart(low.hi | (high.hi << 4u)) - 32.0),
    );
  }
  if (DTYPE == Q2_K) {
    let s = byte(h, i >> 4u);
    let q = bytes(h + 8u + 16u * side + l, 2u * j, 3u);
    return scaled(q, half(h + 40u) * f32(s & 15u), -half(h + 41u) * f32(s >> 4u));
  }
  if (DTYPE == Q3_K) {
    let k = i >> 4u;
    let s = ((byte(h + 48u, k & 7u) >> (4u * (k >> 3u))) & 15u) | (((byte(h + 52u, k & 3u) >> (2u * (k >> 2u))) & 3u) << 4u);
    let low = bytes(h + 16u + 16u * side + l, 2u * j, 3u);
    let high = bytes(h + l, b, 1u);
    let d = half(h + 54u) * (f32(s) - 32.0);
    return Eight(
      d * (apart(low.lo | (high.lo << 2u)) - 4.0),
      d * (apart(low.hi | (high.hi << 2u)) - 4.0),
    );
  }
  // IQ4_XS
  let s = ((byte(h + 2u, b >> 1u) >> (4u * (b & 1u))) & 15u) | (((half_word(h + 1u) >> (2u * b)) & 3u) << 4u);
  let d = half(h) * (f32(s) - 32.0);
  let q = nibbles(h + 4u + 8u * b, i & 31u);
  return Eight(d * looked_up(q.lo), d * looked_up(q.hi));
}

// Half-words of a block.
fn block_halves() -> u32 {
  switch (DTYPE) {
    case Q4_0, IQ4_NL: { return 9u; }
    case Q4_1: { return 10u; }
    case Q5_0: { return 11u; }
    case Q5_1: { return 12u; }
    case Q8_0: { return 17u; }
    case Q2_K: { return 42u; }
    case Q3_K: { return 55u; }
    case Q4_K: { return 72u; }
    case Q5_K: { return 88u; }
    case Q6_K: { return 105u; }
    default: { return 68u; }
  }
}

// Step `e` of a row that begins at half-word `h`.
fn eight(h: u32, e: u32) -> Eight {
  let is_large = (DTYPE >= Q2_K && DTYPE <= Q6_K) || DTYPE == IQ4_XS;
  if (is_large) {
    return large_block(h + (e >> 5u) * block_halves(), 8u * (e & 31u));
  }
  return small_block(h + (e >> 2u) * block_halves(), 8u * (e & 3u));
}

@compute @workgroup_size(64)
fn widen(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.y * groups.x * 64u + id.x;
  let row = i / p.eights;
  if (row >= p.rows) {
    return;
  }
  let e = i % p.eights;
  var stored = p.firstRow + row;
  if (p.gather != 0u) {
    stored = ids[row] - p.firstRow; // wraps above `tokens` for an earlier part's token
    if (stored >= p.tokens) {
      return;
    }
  }
  let v = eight(stored * p.rowHalves, e);
  let o = ((p.outRow + row) * p.eights + e) * 2u;
  out[o] = p.scale * v.lo;
  out[o + 1u] = p.scale * v.hi;
}

// Products of few rows straight from the blocks: the sums alone, four columns a thread or a workgroup, for linear.wgsl to
// make of them what they are for. Gate and up rows alternate, so that a pair meets there in one strip.
struct Product {
  rowStart: u32, // of x
  eights: u32,
  rowHalves: u32,
  columns: u32, // gate and up rows counted each
  weightStart: u32, // weight row behind column 0
  upStart: u32, // from a gate row to its up row; 0 where there is no gate
}

@group(0) @binding(0) var<uniform> q: Product;
@group(0) @binding(4) var<storage, read> x: array<vec4f>;

fn row_of(c: u32) -> u32 {
  let column = min(c, q.columns - 1u);
  if (q.upStart == 0u) {
    return (q.weightStart + column) * q.rowHalves;
  }
  return (q.weightStart + (column >> 1u) + (column & 1u) * q.upStart) * q.rowHalves;
}

fn product(lo: vec4f, hi: vec4f, v: Eight) -> f32 {
  return dot(lo, v.lo) + dot(hi, v.hi);
}

// Step `e` of four rows with that of x, whose row begins at `base`.
fn strip(base: u32, e: u32, rows: vec4u) -> vec4f {
  let lo = x[base + 2u * e];
  let hi = x[base + 2u * e + 1u];
  return vec4f(
    product(lo, hi, eight(rows.x, e)),
    product(lo, hi, eight(rows.y, e)),
    product(lo, hi, eight(rows.z, e)),
    product(lo, hi, eight(rows.w, e)),
  );
}

fn rows_of(c: u32) -> vec4u {
  return vec4u(row_of(c), row_of(c + 1u), row_of(c + 2u), row_of(c + 3u));
}

fn strips() -> u32 {
  return (q.columns + 3u) / 4u;
}

@compute @workgroup_size(32)
fn products_register(@builtin(global_invocation_id) id: vec3u) {
  if (id.x >= strips()) {
    return;
  }
  let rows = rows_of(4u * id.x);
  let base = (q.rowStart + id.y) * q.eights * 2u;
  var sum = vec4f();
  for (var e = 0u; e < q.eights; e++) {
    sum += strip(base, e, rows);
  }
  out[id.y * strips() + id.x] = sum;
}

var<workgroup> partial: array<vec4f, 64>;

@compute @workgroup_size(64)
fn products_workgroup(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) t: u32) {
  let rows = rows_of(4u * group.x);
  let base = (q.rowStart + group.y) * q.eights * 2u;
  var sum = vec4f();
  for (var e = t; e < q.eights; e += 64u) {
    sum += strip(base, e, rows);
  }
  partial[t] = sum;
  workgroupBarrier();
  for (var rest = 32u; rest > 0u; rest >>= 1u) {
    if (t < rest) {
      partial[t] += partial[t + rest];
    }
    workgroupBarrier();
  }
  if (t == 0u) {
    out[group.y * strips() + group.x] = partial[0];
  }
}
