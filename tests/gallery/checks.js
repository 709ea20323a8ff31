// What is wrong with the cards drawn here, a line each.

/** Text that is cut off, and parts wider than the window. */
window.layoutFlaws = (width) => [...document.querySelectorAll("[data-sample]")].flatMap((section) => {
  const card = section.querySelector(".card");
  const wide = [card, ...card.querySelectorAll("*")].filter((part) => {
    const { left, right } = part.getBoundingClientRect();
    return left < 0 || right > width;
  });
  const flaw = (what) => (part) => `${section.dataset.sample}: ${what}: ${part.textContent.slice(0, 60)}`;
  return [...wide.map(flaw("too wide")), ...texts(card).filter(isCut).map(flaw("cut"))];
});

/** Elements that our own words never make, so somebody's did. */
window.drawnAs = (kinds) => [...document.querySelectorAll(`.card :is(${kinds})`)].map((part) => part.outerHTML);

/** What axe-core, loaded into the page, finds. */
window.readingFlaws = async () => {
  const { violations } = await axe.run(document, { rules: { "target-size": { enabled: true } } });
  return violations.flatMap(({ id, nodes }) => nodes.map(({ html, target }) => {
    const section = document.querySelector(target[0])?.closest("[data-sample]");
    return `${section?.dataset.sample}: ${id}: ${html.slice(0, 200)}`;
  }));
};

function texts(card) {
  const walker = document.createTreeWalker(card, NodeFilter.SHOW_TEXT);
  const found = [];
  while (walker.nextNode()) if (walker.currentNode.data.trim()) found.push(walker.currentNode);
  return found;
}

/** Whether a part of it lies outside of something that hides what is outside. A pixel is rounding. */
function isCut(text) {
  const range = document.createRange();
  range.selectNodeContents(text);
  const lines = [...range.getClientRects()];
  for (let around = text.parentElement; !around.matches("[data-sample]"); around = around.parentElement) {
    const { overflowX, overflowY } = getComputedStyle(around);
    const box = around.getBoundingClientRect();
    const beside = lines.some((line) => line.left < box.left - 1 || line.right > box.right + 1);
    const below = lines.some((line) => line.top < box.top - 1 || line.bottom > box.bottom + 1);
    if ((overflowX !== "visible" && beside) || (overflowY !== "visible" && below)) return true;
  }
  return false;
}
