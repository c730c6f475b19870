// @ts-check

/**
 * The element that must be there: the page's HTML and its modules belong together.
 *
 * @param {ParentNode} within
 * @param {string} selector
 * @returns {HTMLElement}
 */
export function element(within, selector) {
  const found = within.querySelector(selector);
  if (!(found instanceof HTMLElement)) throw new Error(`the page has no ${selector}`);
  return found;
}

/** @param {string} id */
export function byId(id) {
  return element(document, `#${id}`);
}
