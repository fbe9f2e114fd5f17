// What activations are made of. It stands before epilogue.wgsl and activation_backward.wgsl.

// tanh overflows to NaN for large arguments on some drivers.
fn safe_tanh(v: f32) -> f32 {
  return tanh(clamp(v, -15.0, 15.0));
}

// Abramowitz and Stegun 7.1.26 is too coarse (1.5e-7 of 1, but relative to the tail poor); this is W. J. Cody's
// rational form near 0 and the complementary one beyond, good to f32.
fn erf(v: f32) -> f32 {
  let a = abs(v);
  if (a < 0.5) {
    let t = v * v;
    let top = ((((-0.035609843701815385 * t + 6.996383488619136) * t + 21.979261618294152) * t) + 242.66795523053175);
    let bottom = (((t + 15.082797630407787) * t + 91.1649054045149) * t + 215.0588758698612);
    return v * top / bottom;
  }
  let t = min(a, 4.0);
  let top = (((((((-1.368648573827167e-7 * t + 0.5641955174789740) * t + 7.211758250883094) * t + 43.16222722205674) * t
    + 152.9892850469404) * t + 339.3208167343437) * t + 451.9189537118729) * t + 300.4592610201616);
  let bottom = (((((((t + 12.78272731962942) * t + 77.00015293522947) * t + 277.5854447439876) * t
    + 638.9802644656312) * t + 931.3540948506096) * t + 790.9509253278980) * t + 300.4592609569833);
  return sign(v) * (1.0 - exp(-t * t) * top / bottom);
}
