// What is wrong with the page as it is laid out, as a list of sentences: run in the browser, at a width of its own.
(() => {
  const wrong = [];
  const width = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth > width + 1) {
    wrong.push(`the page is ${document.documentElement.scrollWidth} wide in a window of ${width}`);
  }
  const scrolls = element => element.closest(".scroll, pre, .skip");
  for (const element of document.querySelectorAll("h1, h2, h3, p, li, figcaption, dt, dd, caption, svg")) {
    const box = element.getBoundingClientRect();
    if (box.width === 0 || box.height === 0) continue;
    if (!scrolls(element) && (box.right > width + 1 || box.left < -1)) {
      wrong.push(`${element.tagName} reaches from ${box.left} to ${box.right}: ${element.textContent.slice(0, 40)}`);
    }
  }
  // Blocks of text that lie upon each other.
  const blocks = [...document.querySelectorAll("h1, h2, h3, p, figure, .scroll, pre, dl, main ul")].filter(one => !one.parentElement.closest("figure, .scroll, li"));
  blocks.forEach((one, index) => {
    const box = one.getBoundingClientRect();
    for (const other of blocks.slice(index + 1)) {
      if (one.contains(other) || other.contains(one)) continue;
      const next = other.getBoundingClientRect();
      const across = Math.min(box.right, next.right) - Math.max(box.left, next.left);
      const down = Math.min(box.bottom, next.bottom) - Math.max(box.top, next.top);
      if (across > 2 && down > 2) wrong.push(`${one.tagName} and ${other.tagName} overlap by ${across} x ${down}: ${other.textContent.slice(0, 40)}`);
    }
  });
  // Texts within a picture that lie upon each other, or beyond its edge.
  for (const svg of document.querySelectorAll("figure svg")) {
    const frame = svg.getBoundingClientRect();
    const texts = [...svg.querySelectorAll("text")].map(text => [text, text.getBoundingClientRect()]).filter(([, box]) => box.width > 0);
    texts.forEach(([text, box], index) => {
      if (box.left < frame.left - 2 || box.right > frame.right + 2 || box.top < frame.top - 2 || box.bottom > frame.bottom + 2) {
        wrong.push(`${svg.parentElement.id}: "${text.textContent}" reaches beyond the picture`);
      }
      for (const [other, next] of texts.slice(index + 1)) {
        const across = Math.min(box.right, next.right) - Math.max(box.left, next.left);
        const down = Math.min(box.bottom, next.bottom) - Math.max(box.top, next.top);
        const height = Math.min(box.height, next.height);
        if (across > 1.5 && down > 0.35 * height) wrong.push(`${svg.parentElement.id}: "${text.textContent}" and "${other.textContent}" overlap`);
      }
    });
  }
  return wrong;
})()
