/**
 * A Gaussian blur, cut off at three standard deviations; outside the plane its last pixel is repeated.
 *
 * @param {Float32Array} plane `[y, x]`
 * @param {number} height
 * @param {number} width
 * @param {number} deviation in pixels
 * @returns {Float32Array}
 */
export function gaussianBlur(plane, height, width, deviation) {
  const reach = Math.max(1, Math.ceil(3 * deviation));
  const kernel = Float64Array.from({ length: 2 * reach + 1 }, (_, i) =>
    Math.exp(-((i - reach) ** 2) / (2 * deviation ** 2)),
  );
  const sum = kernel.reduce((total, weight) => total + weight, 0);
  for (let i = 0; i < kernel.length; i++) kernel[i] /= sum;
  const rows = blurLines(plane, height, width, width, 1, kernel);
  return blurLines(rows, width, height, 1, width, kernel);
}

/** Blurs `lines` lines of `length` pixels that are `step` apart; the lines start `stride` apart. */
function blurLines(values, lines, length, stride, step, kernel) {
  const reach = (kernel.length - 1) / 2;
  const result = new Float32Array(values.length);
  for (let line = 0; line < lines; line++)
    for (let i = 0; i < length; i++) {
      let sum = 0;
      for (let k = -reach; k <= reach; k++)
        sum += kernel[k + reach] * values[line * stride + Math.min(Math.max(i + k, 0), length - 1) * step];
      result[line * stride + i * step] = sum;
    }
  return result;
}
