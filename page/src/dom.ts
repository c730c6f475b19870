/** The element that must be there: the page's HTML and its modules belong together. */
export function element<E extends HTMLElement = HTMLElement>(within: ParentNode, selector: string): E {
  const found = within.querySelector<E>(selector);
  if (!found) throw new Error(`the page has no ${selector}`);
  return found;
}

/** The element with this id. */
export function byId<E extends HTMLElement = HTMLElement>(id: string): E {
  return element<E>(document, `#${id}`);
}

/** A copy of what the template with this id holds: one element. */
export function copyOf<E extends HTMLElement = HTMLElement>(templateId: string): E {
  const content = byId<HTMLTemplateElement>(templateId).content;
  return document.importNode(content, true).firstElementChild as E;
}

/** Sets the text, if it is another: what stays the same needs no layout. */
export function setText(target: HTMLElement, text: string): void {
  if (target.textContent !== text) target.textContent = text;
}
