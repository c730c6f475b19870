/**
 * Returns the first element that matches. It must exist: the page's HTML and its modules belong
 * together.
 */
export function element<E extends HTMLElement = HTMLElement>(root: ParentNode, selector: string): E {
  const found = root.querySelector<E>(selector);
  if (!found) throw new Error(`the page has no ${selector}`);
  return found;
}

/** Returns the element with this id. */
export function byId<E extends HTMLElement = HTMLElement>(id: string): E {
  return element<E>(document, `#${id}`);
}

/** Returns a copy of the one element in the template with this id. */
export function cloneTemplate<E extends HTMLElement = HTMLElement>(templateId: string): E {
  const content = byId<HTMLTemplateElement>(templateId).content;
  return document.importNode(content, true).firstElementChild as E;
}

/** Sets the element's text, unless it already has it: that saves a layout. */
export function setText(target: HTMLElement, text: string): void {
  if (target.textContent !== text) target.textContent = text;
}
