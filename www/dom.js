// The smallest renderer that keeps elements (and so focus, open details and typed text) alive between
// two renderings. Text only ever becomes text nodes: nothing in here parses markup.

/**
 * @typedef {object} Shape a wanted element
 * @prop {string} tag
 * @prop {string | undefined} key stable identity among its siblings; the id, if none is given
 * @prop {Record<string, any>} props
 * @prop {Wanted[]} children
 */
/** @typedef {Shape | string | number | null | undefined | false | readonly Wanted[]} Wanted */

const SVG = "http://www.w3.org/2000/svg";
const SVG_TAGS = new Set(["svg", "path", "circle", "rect", "polyline", "line"]);
/** Set as properties: their attributes say only how the element began. */
const PROPERTIES = new Set(["value", "checked", "selected", "open", "disabled", "hidden"]);
/** What each element was last rendered from. @type {WeakMap<Node, Shape>} */
const shapes = new WeakMap();

/**
 * @param {string} tag
 * @param {Record<string, any> | null} [props] `on…` are listeners, `vars` custom properties of the style;
 *   with `foreign` somebody else fills the element
 * @param {...Wanted} children
 * @returns {Shape}
 */
export function h(tag, props, ...children) {
  return { tag, key: props?.key ?? props?.id, props: props ?? {}, children };
}

/**
 * Makes the children of `parent` what is wanted, and changes nothing that is right already.
 * @param {Element} parent
 * @param {Wanted[]} children
 */
export function render(parent, children) {
  const wanted = flat(children);
  let at = parent.firstChild;
  for (const want of wanted) {
    if (typeof want !== "object") {
      const text = String(want);
      if (at?.nodeType === Node.TEXT_NODE) {
        if (at.nodeValue !== text) at.nodeValue = text;
        at = at.nextSibling;
      } else {
        parent.insertBefore(document.createTextNode(text), at);
      }
      continue;
    }
    let match = at;
    while (match && !fits(match, want)) match = match.nextSibling;
    if (match) {
      while (at !== match) at = drop(/** @type {ChildNode} */ (at));
    } else {
      match = parent.insertBefore(create(want), at);
    }
    update(/** @type {Element} */ (match), want);
    at = match.nextSibling;
  }
  while (at) at = drop(at);
}

/**
 * What is to be seen, without the nesting.
 * @param {readonly Wanted[]} children
 * @returns {(Shape | string | number)[]}
 */
function flat(children) {
  return children.flatMap((child) => {
    if (Array.isArray(child)) return flat(child);
    return child == null || child === false || child === "" ? [] : [/** @type {Shape | string | number} */ (child)];
  });
}

/** @param {ChildNode} node */
function drop(node) {
  const next = node.nextSibling;
  node.remove();
  return next;
}

/**
 * @param {Node} node
 * @param {Shape} want
 */
function fits(node, want) {
  const shape = shapes.get(node);
  return shape?.tag === want.tag && shape.key === want.key;
}

/** @param {Shape} want */
function create(want) {
  return SVG_TAGS.has(want.tag)
    ? document.createElementNS(SVG, want.tag)
    : document.createElement(want.tag);
}

/**
 * @param {Element} element
 * @param {Shape} want
 */
function update(element, want) {
  const old = shapes.get(element)?.props ?? {};
  shapes.set(element, want);
  // Children first: a select takes its value only once it has its options.
  if (!want.props.foreign) render(element, want.children);
  for (const name in old) if (!(name in want.props)) set(element, name, undefined);
  for (const name in want.props) {
    if (name === "vars" || old[name] !== want.props[name]) set(element, name, want.props[name]);
  }
}

/**
 * @param {Element} element
 * @param {string} name
 * @param {any} value
 */
function set(element, name, value) {
  if (name === "key" || name === "foreign") return;
  if (name === "vars") {
    const { style } = /** @type {HTMLElement} */ (element);
    for (const key in value) style.setProperty(key, value[key]);
  } else if (name.startsWith("on") || (PROPERTIES.has(name) && element.tagName !== "PROGRESS")) {
    /** @type {any} */ (element)[name] = value ?? (name.startsWith("on") ? null : false);
  } else if (value == null || value === false) {
    element.removeAttribute(name);
  } else {
    element.setAttribute(name, value === true ? "" : String(value));
  }
}
