// A picture with at most 256 colours: a card has few, the edges of its letters many that nobody tells apart.

window.fewColours = async (png) => {
  const image = await createImageBitmap(await (await fetch(`data:image/png;base64,${png}`)).blob());
  const { width, height } = image;
  const canvas = new OffscreenCanvas(width, height).getContext("2d");
  canvas.drawImage(image, 0, 0);
  const { data } = canvas.getImageData(0, 0, width, height);
  const pixels = Uint32Array.from({ length: width * height }, (_, n) => (data[4 * n] << 16) | (data[4 * n + 1] << 8) | data[4 * n + 2]);

  const counts = new Map();
  for (const colour of pixels) counts.set(colour, (counts.get(colour) ?? 0) + 1);
  const palette = fewest([...counts.keys()].sort((one, other) => counts.get(other) - counts.get(one) || one - other));
  const places = new Map([...counts.keys()].map((colour) => [colour, nearest(colour, palette)]));
  const indices = Uint8Array.from(pixels, (colour) => places.get(colour));
  return { width, height, palette, pixels: indices.toBase64() };
};

/** The commonest ones that differ enough to be no more than 256; so a rare colour stays, and a shade of a common one goes. */
function fewest(colours) {
  for (let apart = 0; ; apart += 8) {
    const kept = [];
    for (const colour of colours) {
      if (kept.every((other) => distance(colour, other) > apart)) kept.push(colour);
      if (kept.length > 256) break;
    }
    if (kept.length <= 256) return kept;
  }
}

function nearest(colour, palette) {
  const distances = palette.map((other) => distance(colour, other));
  return distances.indexOf(Math.min(...distances));
}

const distance = (one, other) => Math.hypot(...[16, 8, 0].map((shift) => ((one >> shift) & 255) - ((other >> shift) & 255)));
