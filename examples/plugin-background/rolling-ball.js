/**
 * What a ball reaches that rolls below the surface of intensities: the grey opening by a half ball, which is never above
 * the plane itself. After S. R. Sternberg, "Biomedical image processing", Computer 16 (1983).
 *
 * The ball is as high as it is wide, in units of the intensity.
 *
 * @param {Float32Array} plane `[y, x]`
 * @param {number} height
 * @param {number} width
 * @param {number} radius in pixels
 * @returns {Float32Array}
 */
export function rollingBall(plane, height, width, radius) {
  const ball = halfBall(radius);
  // Where the centre of the ball can stand below the surface, then the surface of the balls that stand there.
  const centres = morph(plane, height, width, ball, (best, value, z) => Math.min(best, value - z), Infinity);
  return morph(centres, height, width, ball, (best, value, z) => Math.max(best, value + z), -Infinity);
}

/** Pixels below the ball, with its height there. */
function halfBall(radius) {
  const reach = Math.floor(radius);
  const pixels = [];
  for (let dy = -reach; dy <= reach; dy++)
    for (let dx = -reach; dx <= reach; dx++) {
      const rest = radius ** 2 - dy ** 2 - dx ** 2;
      if (rest >= 0) pixels.push({ dy, dx, z: Math.sqrt(rest) });
    }
  return pixels;
}

/** Takes the best over the ball around each pixel; the ball is cut off at the edges. */
function morph(values, height, width, ball, better, worst) {
  const result = new Float32Array(values.length).fill(worst);
  for (const { dy, dx, z } of ball)
    for (let y = Math.max(0, -dy); y < Math.min(height, height - dy); y++)
      for (let x = Math.max(0, -dx); x < Math.min(width, width - dx); x++) {
        const i = y * width + x;
        result[i] = better(result[i], values[i + dy * width + dx], z);
      }
  return result;
}
