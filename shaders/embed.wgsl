// Token embedding: out[row] = scale table[ids[row]] (+ positions[positionStart + places[row].x]), for rows whose token lies in this part of the
// table (a table larger than one binding comes in parts).

override DTYPE: u32 = 0u; // 0 f32, 1 f16, 2 bf16
override LOOKED_UP: bool = false; // the token's row is in out already: blocks.wgsl put it there
override LEARNED_POSITIONS: bool = false;
override POSITION_DTYPE: u32 = 0u; // of their table

struct Params {
  rows: u32,
  eights: u32, // width / 8, rounded up: rows of table and out are padded with zeros
  firstToken: u32, // tokens [firstToken, firstToken + tokens) are in this part
  tokens: u32,
  outRow: u32, // first row of out
  positionStart: u32, // row of position 0 in their table
  scale: f32,
}

@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> ids: array<u32>;
@group(0) @binding(2) var<storage, read> places: array<vec2u>; // [rows] position, row in the cache
@group(0) @binding(3) var<storage, read> table: array<vec4u>;
@group(0) @binding(4) var<storage, read> position_table: array<vec4u>;
@group(0) @binding(5) var<storage, read_write> out: array<vec4f>;

struct Eight {
  lo: vec4f,
  hi: vec4f,
}

fn bf16(bits: vec2u) -> vec4f {
  return bitcast<vec4f>(vec4u(bits.x << 16u, bits.x & 0xffff0000u, bits.y << 16u, bits.y & 0xffff0000u));
}

fn widen(dtype: u32, a: vec4u, b: vec4u) -> Eight {
  if (dtype == 0u) {
    return Eight(bitcast<vec4f>(a), bitcast<vec4f>(b));
  }
  if (dtype == 1u) {
    return Eight(
      vec4f(unpack2x16float(a.x), unpack2x16float(a.y)),
      vec4f(unpack2x16float(a.z), unpack2x16float(a.w)),
    );
  }
  return Eight(bf16(a.xy), bf16(a.zw));
}

@compute @workgroup_size(64)
fn embed(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.y * groups.x * 64u + id.x;
  let row = i / p.eights;
  if (row >= p.rows) {
    return;
  }
  let e = i % p.eights;
  let token = ids[row] - p.firstToken; // wraps above `tokens` for an earlier part's token
  if (token >= p.tokens) {
    return;
  }
  let o = ((p.outRow + row) * p.eights + e) * 2u;
  var v: Eight;
  if (LOOKED_UP) {
    v = Eight(out[o], out[o + 1u]);
  } else {
    let wide = select(1u, 2u, DTYPE == 0u);
    let a = (token * p.eights + e) * wide;
    v = widen(DTYPE, table[a], table[a + wide - 1u]);
    v = Eight(p.scale * v.lo, p.scale * v.hi);
  }
  if (LEARNED_POSITIONS) {
    let position_wide = select(1u, 2u, POSITION_DTYPE == 0u);
    let b = ((p.positionStart + places[row].x) * p.eights + e) * position_wide;
    let q = widen(POSITION_DTYPE, position_table[b], position_table[b + position_wide - 1u]);
    v = Eight(v.lo + q.lo, v.hi + q.hi);
  }
  out[o] = v.lo;
  out[o + 1u] = v.hi;
}
