// A step of AdamW on every number of a tensor (Loshchilov and Hutter 2019). Padding has no gradient and stays zero.

struct Params {
  count: u32,
  rate: f32, // learning rate, times the tensor's own
  beta1: f32,
  beta2: f32,
  left1: f32, // 1 - beta1, and
  left2: f32,
  warm1: f32, // 1 / (1 - beta1^t), worked out in double precision, and
  warm2: f32,
  eps: f32,
  decay: f32, // rate times what decays
}

@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> gradient: array<f32>;
@group(0) @binding(2) var<storage, read_write> first: array<f32>; // mean of gradients
@group(0) @binding(3) var<storage, read_write> second: array<f32>; // and of their squares
@group(0) @binding(4) var<storage, read_write> numbers: array<f32>;

@compute @workgroup_size(64)
fn adamw(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.y * groups.x * 64u + id.x;
  if (i >= p.count) {
    return;
  }
  let g = gradient[i];
  let m = p.beta1 * first[i] + p.left1 * g;
  let v = p.beta2 * second[i] + p.left2 * g * g;
  first[i] = m;
  second[i] = v;
  let before = numbers[i];
  numbers[i] = before - p.decay * before - p.rate * (m * p.warm1) / (sqrt(v * p.warm2) + p.eps);
}
