// Scalar formulas that the compiler vectorises inside the element-wise loops.
// float32: polynomials, accurate to 2 units in the last place over the range that training uses. float64: the C library.
#ifndef VECTOR_MATH_H
#define VECTOR_MATH_H
#include <math.h>
#include <stdint.h>
#include <string.h>
#include "clones.h"

INLINE float bits_to_float(int32_t bits) { float f; memcpy(&f, &bits, 4); return f; }
INLINE int32_t float_to_bits(float f) { int32_t bits; memcpy(&bits, &f, 4); return bits; }

// exp(x) = 2^k · exp(r), k = round(x / ln 2), |r| ≤ ln 2 / 2; degree-6 polynomial (Cephes expf coefficients).
INLINE float exp_f32(float x) {
  float clamped = x > 88.72283f ? 88.72283f : (x < -87.33654f ? -87.33654f : x);
  float k = __builtin_elementwise_floor(clamped * 1.44269504f + 0.5f);
  float r = clamped - k * 0.693359375f;
  r = r + k * 2.12194440e-4f;
  float y = 1.9875691500e-4f;
  y = y * r + 1.3981999507e-3f;
  y = y * r + 8.3334519073e-3f;
  y = y * r + 4.1665795894e-2f;
  y = y * r + 1.6666665459e-1f;
  y = y * r + 5.0000001201e-1f;
  y = y * r * r + r + 1.0f;
  // Two factors of 2^(k/2), because 2^128 overflows a float.
  int32_t n = (int32_t)(x == x ? k : 0.0f), half = n >> 1;
  y = y * bits_to_float((half + 127) << 23) * bits_to_float((n - half + 127) << 23);
  y = x > 88.72283f ? INFINITY : y;
  return x < -87.33654f ? 0.0f : y;
}

// log(x) = e·ln 2 + log(m), m in [√½, √2); Cephes logf coefficients.
INLINE float log_f32(float x) {
  float scaled = x < 1.17549435e-38f ? x * 8388608.0f : x;
  float shift = x < 1.17549435e-38f ? -23.0f : 0.0f;
  int32_t bits = float_to_bits(scaled);
  float e = (float)((bits >> 23) - 126) + shift;
  float m = bits_to_float((bits & 0x007fffff) | 0x3f000000);
  float low = m < 0.707106781f ? 1.0f : 0.0f;
  e -= low;
  m = m + m * low - 1.0f;
  float z = m * m;
  float y = 7.0376836292e-2f;
  y = y * m - 1.1514610310e-1f;
  y = y * m + 1.1676998740e-1f;
  y = y * m - 1.2420140846e-1f;
  y = y * m + 1.4249322787e-1f;
  y = y * m - 1.6668057665e-1f;
  y = y * m + 2.0000714765e-1f;
  y = y * m - 2.4999993993e-1f;
  y = y * m + 3.3333331174e-1f;
  y = y * m * z;
  y = y + e * -2.12194440e-4f - 0.5f * z;
  float result = m + y + e * 0.693359375f;
  result = x == INFINITY ? INFINITY : result;
  result = x == 0.0f ? -INFINITY : result;
  return x < 0.0f || x != x ? NAN : result;
}

// tanh(x): an odd polynomial near 0 (Cephes tanhf), 1 − 2 / (exp(2|x|) + 1) elsewhere.
INLINE float tanh_f32(float x) {
  float a = __builtin_elementwise_abs(x), z = x * x;
  float near = -5.70498872745e-3f;
  near = near * z + 2.06390887954e-2f;
  near = near * z - 5.37397155531e-2f;
  near = near * z + 1.33314422036e-1f;
  near = near * z - 3.33332819422e-1f;
  near = near * z * x + x;
  float far = 1.0f - 2.0f / (exp_f32(2.0f * a) + 1.0f);
  far = x < 0.0f ? -far : far;
  return a < 0.625f ? near : far;
}

INLINE float sigmoid_f32(float x) { return 1.0f / (1.0f + exp_f32(-x)); }
INLINE double sigmoid_f64(double x) { return 1.0 / (1.0 + exp(-x)); }
// log(1 + exp(x)) without overflow. In float32, Kahan's factor e / ((1 + e) − 1) corrects the rounding of 1 + e, so that a small result
// keeps its digits.
INLINE float softplus_f32(float x) {
  float e = exp_f32(-__builtin_elementwise_abs(x)), sum = 1.0f + e;
  float small = log_f32(sum) * (e / (sum - 1.0f));
  return (x > 0.0f ? x : 0.0f * x) + (sum == 1.0f ? e : small);
}
INLINE double softplus_f64(double x) { return (x > 0.0 ? x : 0.0 * x) + log1p(exp(-fabs(x))); }
#endif
