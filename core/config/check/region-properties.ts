/** Measures of scikit-image's `regionprops` that MEASURE_PROPERTIES.EXTRA_PROPS may ask for (rule R106). */
export const regionProperties: readonly string[] = `
  area area_bbox area_convex area_filled axis_major_length axis_minor_length bbox centroid centroid_local
  centroid_weighted centroid_weighted_local coords_scaled coords eccentricity equivalent_diameter_area euler_number
  extent feret_diameter_max image image_convex image_filled image_intensity inertia_tensor inertia_tensor_eigvals
  intensity_max intensity_mean intensity_min intensity_std label moments moments_central moments_hu moments_normalized
  moments_weighted moments_weighted_central moments_weighted_hu moments_weighted_normalized num_pixels orientation
  perimeter perimeter_crofton slice solidity`
  .trim()
  .split(/\s+/);
