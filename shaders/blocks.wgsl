// A matrix that is stored in llama.cpp's blocks, as numbers: src/formats/blocks.ts says the same in plain loops. It stands
// before widen.wgsl and block_products.wgsl, whose `w` the matrix is. A block may begin at an odd half-word (18, 22, 34, 110,
// 210 bytes), so places are counted in half-words. What is read is read four words at a time: on adapters that are programs
// on a processor a word costs as much. And it is read two runs of 32 numbers at a time: two small blocks together begin at a
// whole word, and runs of a large one lie in the same bytes.

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

// Words that follow each other.
struct Words {
  a: vec4u,
  b: vec4u,
  c: vec4u,
}

// Of sixteen words those from the one on at which word `i` lies in fours.
fn turned(i: u32, v0: vec4u, v1: vec4u, v2: vec4u, v3: vec4u) -> Words {
  let two = (i & 2u) != 0u;
  let a = by_two(v0, v1, two);
  let b = by_two(v1, v2, two);
  let c = by_two(v2, v3, two);
  let d = by_two(v3, v3, two);
  let one = (i & 1u) != 0u;
  return Words(by_one(a, b, one), by_one(b, c, one), by_one(c, d, one));
}

fn by_two(v: vec4u, next: vec4u, is: bool) -> vec4u {
  return select(v, vec4u(v.zw, next.xy), is);
}

fn by_one(v: vec4u, next: vec4u, is: bool) -> vec4u {
  return select(v, vec4u(v.yzw, next.x), is);
}

// Each word's upper half and the next one's lower.
fn across(v: vec4u, next: u32) -> vec4u {
  return (v >> vec4u(16u)) | (vec4u(v.yzw, next) << vec4u(16u));
}

// Words from a half-word on: the same, or half a word further.
fn halved(v: Words, next: u32, odd: bool) -> Words {
  return Words(
    select(v.a, across(v.a, v.b.x), odd),
    select(v.b, across(v.b, v.c.x), odd),
    select(v.c, across(v.c, next), odd),
  );
}

// Thirty-two bytes.
struct Bytes {
  a: vec4u,
  b: vec4u,
}

fn bytes(h: u32) -> Bytes {
  let i = h >> 1u;
  let k = i >> 2u;
  let last = w[k + 2u];
  let v = turned(i, w[k], w[k + 1u], last, last);
  if (DTYPE == Q3_K || DTYPE == Q6_K) {
    let all = halved(v, 0u, (h & 1u) != 0u);
    return Bytes(all.a, all.b);
  }
  return Bytes(v.a, v.b);
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

// Two runs of a row.
struct Two {
  a: Run,
  b: Run,
}

// Numbers that share a scale, `zero` less than their bytes.
fn around(a: vec4u, b: vec4u, scale: vec2f, zero: f32) -> Run {
  return Run(a, b, scale, -zero * scale);
}

fn low(v: vec4u) -> vec4u {
  return v & vec4u(0x0f0f0f0fu);
}

fn high(v: vec4u) -> vec4u {
  return low(v >> vec4u(4u));
}

// Sixteen bits, each to the fifth bit of a byte of its own.
fn fifths(bits: u32) -> vec4u {
  let v = (vec4u(bits) >> vec4u(0u, 4u, 8u, 12u)) & vec4u(15u);
  return ((v << vec4u(4u)) | (v << vec4u(11u)) | (v << vec4u(18u)) | (v << vec4u(25u))) & vec4u(0x10101010u);
}

// What the four bits of the IQ4 types stand for, plus 128: 1 24 45 63, 79 93 106 118, 129 141 153 166, 181 197 217 241.
fn looked_up(v: vec4u) -> vec4u {
  return found(v) | (found(v >> vec4u(8u)) << vec4u(8u)) | (found(v >> vec4u(16u)) << vec4u(16u)) | (found(v >> vec4u(24u)) << vec4u(24u));
}

fn found(v: vec4u) -> vec4u {
  let upper = (v & vec4u(4u)) != vec4u();
  let four = select(
    select(vec4u(0x3f2d1801u), vec4u(0x766a5d4fu), upper),
    select(vec4u(0xa6998d81u), vec4u(0xf1d9c5b5u), upper),
    (v & vec4u(8u)) != vec4u(),
  );
  return (four >> ((v & vec4u(3u)) << vec4u(3u))) & vec4u(0xffu);
}

// Small blocks, as their words say: scale and least or scale alone, fifth bits where there are some, four bits of each.
fn four_bits(scale: f32, q: vec4u) -> Run {
  if (DTYPE == IQ4_NL) {
    return around(looked_up(low(q)), looked_up(high(q)), vec2f(scale), 128.0);
  }
  return around(low(q), high(q), vec2f(scale), 8.0);
}

fn five_bits(scale: f32, fifth: u32, q: vec4u) -> Run {
  return around(low(q) | fifths(fifth), high(q) | fifths(fifth >> 16u), vec2f(scale), 16.0);
}

fn four_bits_above(d: vec2f, q: vec4u) -> Run {
  return Run(low(q), high(q), d.xx, d.yy);
}

fn five_bits_above(d: vec2f, fifth: u32, q: vec4u) -> Run {
  return Run(low(q) | fifths(fifth), high(q) | fifths(fifth >> 16u), d.xx, d.yy);
}

// A signed byte plus 128 is the byte with its highest bit turned.
fn eight_bits(scale: f32, a: vec4u, b: vec4u) -> Run {
  let highest = vec4u(0x80808080u);
  return around(a ^ highest, b ^ highest, vec2f(scale), 128.0);
}

// Two blocks of 32 that begin at half-word `h`, which is a whole word where all rows are `aligned`: each a whole number of
// such twos.
fn small_blocks(h: u32, aligned: bool) -> Two {
  let i = h >> 1u;
  let k = i >> 2u;
  let odd = !aligned && (h & 1u) != 0u;
  let v0 = w[k];
  let v1 = w[k + 1u];
  let v2 = w[k + 2u];
  if (DTYPE == Q8_0) {
    let v3 = w[k + 3u];
    let v4 = w[k + 4u];
    var v5 = v4;
    if (!aligned) {
      v5 = w[k + 5u];
    }
    let more = turned(i, v3, v4, v5, v5);
    let v = halved(turned(i, v0, v1, v2, v3), more.a.x, odd);
    let rest = halved(more, 0u, odd);
    return Two(
      eight_bits(unpack2x16float(v.a.x).x, across(v.a, v.b.x), across(v.b, v.c.x)),
      eight_bits(unpack2x16float(v.c.x).y, vec4u(v.c.yzw, rest.a.x), vec4u(rest.a.yzw, rest.b.x)),
    );
  }
  var v = Words(v0, v1, v2);
  if (!aligned || DTYPE != Q5_1) {
    var v3 = v2;
    if (!aligned || DTYPE == Q5_0) {
      v3 = w[k + 3u];
    }
    v = halved(turned(i, v0, v1, v2, v3), 0u, odd);
  }
  let d = unpack2x16float(v.a.x);
  if (DTYPE == Q4_1) {
    return Two(four_bits_above(d, vec4u(v.a.yzw, v.b.x)), four_bits_above(unpack2x16float(v.b.y), vec4u(v.b.zw, v.c.xy)));
  }
  if (DTYPE == Q5_1) {
    return Two(
      five_bits_above(d, v.a.y, vec4u(v.a.zw, v.b.xy)),
      five_bits_above(unpack2x16float(v.b.z), v.b.w, v.c),
    );
  }
  if (DTYPE == Q5_0) {
    return Two(
      five_bits(d.x, (v.a.x >> 16u) | (v.a.y << 16u), across(vec4u(v.a.yzw, v.b.x), v.b.y)),
      five_bits(unpack2x16float(v.b.y).y, v.b.z, vec4u(v.b.w, v.c.xyz)),
    );
  }
  return Two(
    four_bits(d.x, across(v.a, v.b.x)),
    four_bits(unpack2x16float(v.b.x).y, vec4u(v.b.yzw, v.c.x)),
  );
}

// Scale and least of sub-block `b`, six bits each of three words (Q4_K, Q5_K).
fn six_bits(words: vec3u, b: u32) -> vec2f {
  let s = words >> vec3u(8u * (b & 3u));
  let own = s.xy & vec2u(63u);
  let split = (vec2u(s.z, s.z >> 4u) & vec2u(15u)) | ((s.xy >> vec2u(2u)) & vec2u(48u));
  return vec2f(select(split, own, b < 4u));
}

// Bits `mask` of each byte, from bit `shift` on.
fn bits(v: Bytes, shift: u32, mask: u32) -> Bytes {
  let every = vec4u(mask * 0x01010101u);
  return Bytes((v.a >> vec4u(shift)) & every, (v.b >> vec4u(shift)) & every);
}

// The same with more bits above the first `shift`.
fn with_bits(v: Bytes, more: Bytes, shift: u32) -> Bytes {
  return Bytes(v.a | (more.a << vec4u(shift)), v.b | (more.b << vec4u(shift)));
}

// Sub-blocks of a block of 256 that begins at half-word `h`: two that lie in the same bytes, the i-th such pair of four.
fn large_block(h: u32, i: u32) -> Two {
  if (DTYPE == Q4_K || DTYPE == Q5_K) {
    // These lie in fours of words.
    let k = h >> 3u;
    let head = w[k];
    let d = unpack2x16float(head.x);
    let s = d * six_bits(head.yzw, 2u * i);
    let t = d * six_bits(head.yzw, 2u * i + 1u);
    let at = k + select(1u, 3u, DTYPE == Q5_K) + 2u * i;
    let both = Bytes(w[at], w[at + 1u]);
    var q = bits(both, 0u, 15u);
    var r = bits(both, 4u, 15u);
    if (DTYPE == Q5_K) {
      let fifth = Bytes(w[k + 1u], w[k + 2u]);
      q = with_bits(q, bits(fifth, 2u * i, 1u), 4u);
      r = with_bits(r, bits(fifth, 2u * i + 1u, 1u), 4u);
    }
    return Two(Run(q.a, q.b, s.xx, -s.yy), Run(r.a, r.b, t.xx, -t.yy));
  }
  if (DTYPE == IQ4_XS) {
    let d = half(h);
    let s = two_scales(word(h + 2u) >> (8u * i), half_word(h + 1u) >> (4u * i));
    let q = bytes(h + 4u + 16u * i);
    return Two(
      around(looked_up(low(q.a)), looked_up(high(q.a)), vec2f(d * s.x), 128.0),
      around(looked_up(low(q.b)), looked_up(high(q.b)), vec2f(d * s.y), 128.0),
    );
  }
  let side = i >> 1u;
  let j = i & 1u;
  let b = first_of(i);
  if (DTYPE == Q6_K) {
    let four = bytes(h + 32u * side + 16u * j);
    let two = bytes(h + 64u + 16u * side);
    let q = with_bits(bits(four, 0u, 15u), bits(two, 2u * j, 3u), 4u);
    let r = with_bits(bits(four, 4u, 15u), bits(two, 2u * j + 4u, 3u), 4u);
    let d = half(h + 104u);
    return Two(
      around(q.a, q.b, d * signed_bytes(half_word(h + 96u + b)), 32.0),
      around(r.a, r.b, d * signed_bytes(half_word(h + 98u + b)), 32.0),
    );
  }
  if (DTYPE == Q2_K) {
    let d = unpack2x16float(word(h + 40u));
    let both = bytes(h + 8u + 16u * side);
    let q = bits(both, 2u * j, 3u);
    let r = bits(both, 2u * j + 4u, 3u);
    let s = (vec2u(half_word(h + b)) >> vec2u(0u, 8u)) & vec2u(0xffu);
    let t = (vec2u(half_word(h + b + 2u)) >> vec2u(0u, 8u)) & vec2u(0xffu);
    return Two(
      Run(q.a, q.b, d.x * vec2f(s & vec2u(15u)), -d.y * vec2f(s >> vec2u(4u))),
      Run(r.a, r.b, d.x * vec2f(t & vec2u(15u)), -d.y * vec2f(t >> vec2u(4u))),
    );
  }
  // Q3_K. Scales 2b and 2b + 1: four bits here, two more there.
  let d = half(h + 54u);
  let both = bytes(h + 16u + 16u * side);
  let third = bytes(h);
  let q = with_bits(bits(both, 2u * j, 3u), bits(third, b, 1u), 2u);
  let r = with_bits(bits(both, 2u * j + 4u, 3u), bits(third, b + 2u, 1u), 2u);
  let more = half_word(h + 52u + j) >> (2u * (b >> 1u));
  let s = bytes_with(half_word(h + 48u + j) >> (4u * side), more);
  let t = bytes_with(half_word(h + 50u + j) >> (4u * side), more >> 2u);
  return Two(around(q.a, q.b, d * s, 4.0), around(r.a, r.b, d * t, 4.0));
}

// Two scales of six bits, 32 less: four of each byte's and two of the other's.
fn bytes_with(four: u32, two: u32) -> vec2f {
  return two_six((vec2u(four) >> vec2u(0u, 8u)), (vec2u(two) >> vec2u(0u, 8u)));
}

// The same where they follow each other.
fn two_scales(four: u32, two: u32) -> vec2f {
  return two_six((vec2u(four) >> vec2u(0u, 4u)), (vec2u(two) >> vec2u(0u, 2u)));
}

fn two_six(four: vec2u, two: vec2u) -> vec2f {
  return vec2f((four & vec2u(15u)) | ((two & vec2u(3u)) << vec2u(4u))) - 32.0;
}

// Whether pairs of runs are those that lie two apart: of each four, the first with the third.
fn is_crossed() -> bool {
  return DTYPE == Q2_K || DTYPE == Q3_K || DTYPE == Q6_K;
}

// The first run of the i-th pair, and how far the other is from it.
fn first_of(i: u32) -> u32 {
  if (is_crossed()) {
    return 4u * (i >> 1u) + (i & 1u);
  }
  return 2u * i;
}

fn apart() -> u32 {
  return select(1u, 2u, is_crossed());
}

// Whether a block has 256 numbers, not 32.
fn is_large() -> bool {
  return (DTYPE >= Q2_K && DTYPE <= Q6_K) || DTYPE == IQ4_XS;
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

// The i-th pair of runs of a row that begins at half-word `h`. Where rows are not `aligned` the last pair may be half of one.
fn pair(h: u32, i: u32, aligned: bool) -> Two {
  if (is_large()) {
    return large_block(h + (i >> 2u) * block_halves(), i & 3u);
  }
  return small_blocks(h + 2u * i * block_halves(), aligned);
}

// The bytes of a word as numbers, each where it lies: 256 times what it is for every byte below it, but for the last.
fn in_place(v: u32) -> vec4f {
  return vec4f(vec4i(vec4u(v & 0xffu, v & 0xff00u, v & 0xff0000u, v >> 24u)));
}

// What brings them to the same.
const PLACES = vec4f(1.0, 1.0 / 256.0, 1.0 / 65536.0, 1.0);
