// A matrix that is stored in llama.cpp's blocks: its rows as f32, a run of them or those of some tokens, and its products
// with few rows. src/formats/blocks.ts says the same in plain loops. A block may begin at an odd half-word (18, 22, 34, 110,
// 210 bytes), so places are counted in half-words and words are read across two. What is read is read four words at a time:
// on adapters that are programs on a processor a word costs as much.

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
  runs: u32, // numbers of a row / 32
  rowHalves: u32, // half-words of a stored row
  firstRow: u32, // of the buffer
  gather: u32, // row i is that of token ids[i], where this part of the table has it; firstRow: the token of its first row
  tokens: u32, // of the part
  outRow: u32, // first row of out
  scale: f32, // what all is multiplied by
}

@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> ids: array<u32>;
@group(0) @binding(2) var<storage, read> w: array<vec4u>;
@group(0) @binding(3) var<storage, read_write> out: array<vec4f>;

fn half_word(h: u32) -> u32 {
  return (w[h >> 3u][(h >> 1u) & 3u] >> (16u * (h & 1u))) & 0xffffu;
}

fn half(h: u32) -> f32 {
  return unpack2x16float(half_word(h)).x;
}

// The word at half-word `h`, an even one.
fn word(h: u32) -> u32 {
  return w[h >> 3u][(h >> 1u) & 3u];
}

// Nine words from word `i` on.
struct Nine {
  a: vec4u,
  b: vec4u,
  c: u32,
}

fn nine(i: u32) -> Nine {
  let k = i >> 2u;
  let v = array(w[k], w[k + 1u], w[k + 2u]);
  let by_two = (i & 2u) != 0u;
  let a = select(v[0], vec4u(v[0].zw, v[1].xy), by_two);
  let b = select(v[1], vec4u(v[1].zw, v[2].xy), by_two);
  let c = select(v[2].xy, v[2].zw, by_two);
  let by_one = (i & 1u) != 0u;
  return Nine(
    select(a, vec4u(a.yzw, b.x), by_one),
    select(b, vec4u(b.yzw, c.x), by_one),
    select(c.x, c.y, by_one),
  );
}

// Eight words from a half-word on.
struct Words {
  a: vec4u,
  b: vec4u,
}

fn words(h: u32) -> Words {
  let v = nine(h >> 1u);
  if ((h & 1u) == 0u) {
    return Words(v.a, v.b);
  }
  return Words(across(v.a, v.b.x), across(v.b, v.c));
}

// Each word's upper half and the next one's lower.
fn across(v: vec4u, next: u32) -> vec4u {
  return (v >> vec4u(16u)) | (vec4u(v.yzw, next) << vec4u(16u));
}

// A half-word at `h`, and the words behind it.
struct Headed {
  head: f32,
  words: Words,
}

fn headed(h: u32) -> Headed {
  let v = nine(h >> 1u);
  let odd = (h & 1u) != 0u;
  let d = unpack2x16float(v.a.x);
  return Headed(
    select(d.x, d.y, odd),
    Words(
      select(across(v.a, v.b.x), vec4u(v.a.yzw, v.b.x), odd),
      select(across(v.b, v.c), vec4u(v.b.yzw, v.c), odd),
    ),
  );
}

// Two signed bytes.
fn signed_bytes(v: u32) -> vec2f {
  return vec2f(extractBits(vec2i(vec2u(v, v >> 8u)), 0u, 8u));
}

// Thirty-two numbers of a row, the first sixteen and the rest: number = scale * byte + least. It is left to the reader to
// multiply, so that a product does it once for all.
struct Run {
  a: vec4u, // a byte each, in order
  b: vec4u,
  scale: vec2f, // of a, of b
  least: vec2f,
}

// Numbers that share a scale, `zero` less than their bytes.
fn around(a: vec4u, b: vec4u, scale: vec2f, zero: f32) -> Run {
  return Run(a, b, scale, -zero * scale);
}

const NIBBLES = vec4u(0x0f0f0f0fu);
const PAIRS = vec4u(0x03030303u);
const BITS = vec4u(0x01010101u);

fn low(v: vec4u) -> vec4u {
  return v & NIBBLES;
}

fn high(v: vec4u) -> vec4u {
  return (v >> vec4u(4u)) & NIBBLES;
}

// Sixteen bits, each to the fifth bit of a byte of its own.
fn fifths(bits: u32) -> vec4u {
  let v = (vec4u(bits) >> vec4u(0u, 4u, 8u, 12u)) & vec4u(15u);
  return ((v << vec4u(4u)) | (v << vec4u(11u)) | (v << vec4u(18u)) | (v << vec4u(25u))) & vec4u(0x10101010u);
}

// What the four bits of the IQ4 types stand for, plus 128.
const IQ4 = array<u32, 16>(1, 24, 45, 63, 79, 93, 106, 118, 129, 141, 153, 166, 181, 197, 217, 241);

fn looked_up(v: vec4u) -> vec4u {
  var table = IQ4;
  var found = vec4u();
  for (var i = 0u; i < 4u; i++) {
    let n = v[i];
    found[i] = table[n & 15u] | (table[(n >> 8u) & 15u] << 8u) | (table[(n >> 16u) & 15u] << 16u) | (table[n >> 24u] << 24u);
  }
  return found;
}

// A block of 32 that begins at half-word `h`.
fn small_block(h: u32) -> Run {
  if (DTYPE == Q4_1 || DTYPE == Q5_1) {
    let v = nine(h >> 1u); // whole words
    let d = unpack2x16float(v.a.x);
    if (DTYPE == Q4_1) {
      let q = vec4u(v.a.yzw, v.b.x);
      return Run(low(q), high(q), d.xx, d.yy);
    }
    let q = vec4u(v.a.zw, v.b.xy);
    return Run(low(q) | fifths(v.a.y), high(q) | fifths(v.a.y >> 16u), d.xx, d.yy);
  }
  let v = headed(h);
  let q = v.words;
  let d = vec2f(v.head);
  if (DTYPE == Q8_0) {
    // A signed byte plus 128 is the byte with its highest bit turned.
    let turned = vec4u(0x80808080u);
    return around(q.a ^ turned, q.b ^ turned, d, 128.0);
  }
  if (DTYPE == Q4_0) {
    return around(low(q.a), high(q.a), d, 8.0);
  }
  if (DTYPE == Q5_0) {
    let nibbles = vec4u(q.a.yzw, q.b.x);
    return around(low(nibbles) | fifths(q.a.x), high(nibbles) | fifths(q.a.x >> 16u), d, 16.0);
  }
  return around(looked_up(low(q.a)), looked_up(high(q.a)), d, 128.0); // IQ4_NL
}

// Scale and least of sub-block `b`, six bits each of three words (Q4_K, Q5_K).
fn six_bits(words: vec3u, b: u32) -> vec2f {
  let s = words >> vec3u(8u * (b & 3u));
  let own = s.xy & vec2u(63u);
  let split = (vec2u(s.z, s.z >> 4u) & vec2u(15u)) | ((s.xy >> vec2u(2u)) & vec2u(48u));
  return vec2f(select(split, own, b < 4u));
}

// Bits `mask` of each byte, from bit `shift` on.
fn bits(v: Words, shift: u32, mask: u32) -> Words {
  let every = vec4u(mask * 0x01010101u);
  return Words((v.a >> vec4u(shift)) & every, (v.b >> vec4u(shift)) & every);
}

// The same with more bits above the first `shift`.
fn with_bits(v: Words, more: Words, shift: u32) -> Words {
  return Words(v.a | (more.a << vec4u(shift)), v.b | (more.b << vec4u(shift)));
}

// Sub-block `b` of a block of 256 that begins at half-word `h`.
fn large_block(h: u32, b: u32) -> Run {
  let side = b >> 2u;
  let j = b & 3u;
  if (DTYPE == Q4_K || DTYPE == Q5_K) {
    // These lie in fours of words.
    let k = h >> 3u;
    let head = w[k];
    let s = unpack2x16float(head.x) * six_bits(head.yzw, b);
    let at = k + select(1u, 3u, DTYPE == Q5_K) + 2u * (b >> 1u);
    var q = bits(Words(w[at], w[at + 1u]), 4u * (b & 1u), 15u);
    if (DTYPE == Q5_K) {
      q = with_bits(q, bits(Words(w[k + 1u], w[k + 2u]), b, 1u), 4u);
    }
    return Run(q.a, q.b, s.xx, -s.yy);
  }
  if (DTYPE == Q6_K) {
    let four = bits(words(h + 32u * side + 16u * (j & 1u)), 4u * (j >> 1u), 15u);
    let q = with_bits(four, bits(words(h + 64u + 16u * side), 2u * j, 3u), 4u);
    return around(q.a, q.b, half(h + 104u) * signed_bytes(half_word(h + 96u + b)), 32.0);
  }
  if (DTYPE == Q2_K) {
    let s = (vec2u(half_word(h + b)) >> vec2u(0u, 8u)) & vec2u(0xffu);
    let d = unpack2x16float(word(h + 40u));
    let q = bits(words(h + 8u + 16u * side), 2u * j, 3u);
    return Run(q.a, q.b, d.x * vec2f(s & vec2u(15u)), -d.y * vec2f(s >> vec2u(4u)));
  }
  if (DTYPE == Q3_K) {
    // Scales 2b and 2b + 1: four bits here, two more there.
    let four = vec2u(half_word(h + 48u + j)) >> vec2u(4u * side, 4u * side + 8u);
    let more = vec2u(half_word(h + 52u + (b & 1u))) >> vec2u(2u * (b >> 1u), 2u * (b >> 1u) + 8u);
    let s = (four & vec2u(15u)) | ((more & vec2u(3u)) << vec2u(4u));
    let q = with_bits(bits(words(h + 16u + 16u * side), 2u * j, 3u), bits(words(h), b, 1u), 2u);
    return around(q.a, q.b, half(h + 54u) * (vec2f(s) - 32.0), 4.0);
  }
  // IQ4_XS
  let four = (word(h + 2u) >> (4u * b)) & 15u;
  let s = four | (((half_word(h + 1u) >> (2u * b)) & 3u) << 4u);
  let q = words(h + 4u + 8u * b);
  return around(looked_up(low(q.a)), looked_up(high(q.a)), vec2f(half(h) * (f32(s) - 32.0)), 128.0);
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

// Numbers 32 r .. 32 r + 31 of a row that begins at half-word `h`.
fn run(h: u32, r: u32) -> Run {
  let is_large = (DTYPE >= Q2_K && DTYPE <= Q6_K) || DTYPE == IQ4_XS;
  if (is_large) {
    return large_block(h + (r >> 3u) * block_halves(), r & 7u);
  }
  return small_block(h + r * block_halves());
}

// The bytes of a word as numbers, each where it lies: 256 times what it is for every byte below it, but for the last.
fn in_place(v: u32) -> vec4f {
  return vec4f(vec4i(vec4u(v & 0xffu, v & 0xff00u, v & 0xff0000u, v >> 24u)));
}

// What brings them to the same.
const PLACES = vec4f(1.0, 1.0 / 256.0, 1.0 / 65536.0, 1.0);

@compute @workgroup_size(64)
fn widen(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.y * groups.x * 64u + id.x;
  let row = i / p.runs;
  if (row >= p.rows) {
    return;
  }
  let r = i % p.runs;
  var stored = p.firstRow + row;
  if (p.gather != 0u) {
    stored = ids[row] - p.firstRow; // wraps above `tokens` for an earlier part's token
    if (stored >= p.tokens) {
      return;
    }
  }
  let v = run(stored * p.rowHalves, r);
  let o = ((p.outRow + row) * p.runs + r) * 8u;
  let a = v.scale.x * PLACES;
  let b = v.scale.y * PLACES;
  out[o] = p.scale * (a * in_place(v.a.x) + v.least.x);
  out[o + 1u] = p.scale * (a * in_place(v.a.y) + v.least.x);
  out[o + 2u] = p.scale * (a * in_place(v.a.z) + v.least.x);
  out[o + 3u] = p.scale * (a * in_place(v.a.w) + v.least.x);
  out[o + 4u] = p.scale * (b * in_place(v.b.x) + v.least.y);
  out[o + 5u] = p.scale * (b * in_place(v.b.y) + v.least.y);
  out[o + 6u] = p.scale * (b * in_place(v.b.z) + v.least.y);
  out[o + 7u] = p.scale * (b * in_place(v.b.w) + v.least.y);
}

// Products of few rows straight from the blocks: the sums alone, four columns a thread or a workgroup, for linear.wgsl to
// make of them what they are for. A run's bytes are multiplied as they are, its scale and least once for all of it. (Eight
// columns a thread would be a tenth quicker, and take LLVM three times as long to compile.) Gate and up rows alternate, so that a pair meets there in one strip.
struct Product {
  rowStart: u32, // of x
  runs: u32,
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

// Thirty-two inputs, and the sums of the first sixteen and the rest.
struct Inputs {
  a0: vec4f,
  a1: vec4f,
  a2: vec4f,
  a3: vec4f,
  b0: vec4f,
  b1: vec4f,
  b2: vec4f,
  b3: vec4f,
  sums: vec2f,
}

fn inputs(at: u32) -> Inputs {
  var i = Inputs(x[at], x[at + 1u], x[at + 2u], x[at + 3u], x[at + 4u], x[at + 5u], x[at + 6u], x[at + 7u], vec2f());
  let a = i.a0 + i.a1 + i.a2 + i.a3;
  let b = i.b0 + i.b1 + i.b2 + i.b3;
  i.sums = vec2f(a.x + a.y + a.z + a.w, b.x + b.y + b.z + b.w);
  return i;
}

// A row's sum so far, by the place of a byte: PLACES are multiplied at its end.
fn with_run(sum: vec4f, i: Inputs, v: Run) -> vec4f {
  let a = in_place(v.a.x) * i.a0 + in_place(v.a.y) * i.a1 + in_place(v.a.z) * i.a2 + in_place(v.a.w) * i.a3;
  let b = in_place(v.b.x) * i.b0 + in_place(v.b.y) * i.b1 + in_place(v.b.z) * i.b2 + in_place(v.b.w) * i.b3;
  return sum + v.scale.x * a + v.scale.y * b + vec4f(dot(v.least, i.sums), 0.0, 0.0, 0.0);
}

// Four rows' sums.
struct Sums {
  s0: vec4f,
  s1: vec4f,
  s2: vec4f,
  s3: vec4f,
}

// Run `r` of four rows with that of x, whose row begins at `base`.
fn strip(base: u32, r: u32, rows: vec4u, before: Sums) -> Sums {
  let i = inputs(base + 8u * r);
  return Sums(
    with_run(before.s0, i, run(rows.x, r)),
    with_run(before.s1, i, run(rows.y, r)),
    with_run(before.s2, i, run(rows.z, r)),
    with_run(before.s3, i, run(rows.w, r)),
  );
}

fn whole(s: Sums) -> vec4f {
  return vec4f(dot(s.s0, PLACES), dot(s.s1, PLACES), dot(s.s2, PLACES), dot(s.s3, PLACES));
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
  let base = (q.rowStart + id.y) * q.runs * 8u;
  var sums = Sums();
  for (var r = 0u; r < q.runs; r++) {
    sums = strip(base, r, rows, sums);
  }
  out[id.y * strips() + id.x] = whole(sums);
}

var<workgroup> partial: array<vec4f, 64>;

@compute @workgroup_size(64)
fn products_workgroup(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) t: u32) {
  let rows = rows_of(4u * group.x);
  let base = (q.rowStart + group.y) * q.runs * 8u;
  var sums = Sums();
  for (var r = t; r < q.runs; r += 64u) {
    sums = strip(base, r, rows, sums);
  }
  partial[t] = whole(sums);
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
