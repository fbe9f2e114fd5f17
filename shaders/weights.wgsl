// Weights [outputs, inputs] as they are stored, eight at a time: rows of `p.steps` eights in `w`. It stands before linear.wgsl
// and linear_backward.wgsl.

const F32 = 0u;
const F16 = 1u;
override DTYPE: u32 = 0u; // 0 f32, 1 f16, 2 bf16

struct Eight {
  lo: vec4f,
  hi: vec4f,
}

fn bf16(bits: vec2u) -> vec4f {
  return bitcast<vec4f>(vec4u(bits.x << 16u, bits.x & 0xffff0000u, bits.y << 16u, bits.y & 0xffff0000u));
}

// Eight weights of a row: `base` is the row's first vec4u.
fn weights(base: u32, step: u32) -> Eight {
  if (DTYPE == F32) {
    let i = base + 2u * step;
    return Eight(bitcast<vec4f>(w[i]), bitcast<vec4f>(w[i + 1u]));
  }
  let v = w[base + step];
  if (DTYPE == F16) {
    return Eight(
      vec4f(unpack2x16float(v.x), unpack2x16float(v.y)),
      vec4f(unpack2x16float(v.z), unpack2x16float(v.w)),
    );
  }
  return Eight(bf16(v.xy), bf16(v.zw));
}

fn rowBase(row: u32) -> u32 {
  return row * p.steps * select(1u, 2u, DTYPE == F32);
}
