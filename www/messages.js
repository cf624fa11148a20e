// Words in the reader's language: one flat file of sentences per language in `messages/`.

/** Adding a language is one file in `messages/` and one line in here. @type {Record<string, string>} */
export const LANGUAGES = { en: "English", zh: "简体中文" };

/** @typedef {(key: string, params?: Record<string, string | number | null | undefined>) => string} Translate */
/** @typedef {{ language: string, t: Translate, has: (key: string) => boolean, add: (more: Record<string, string>) => void }} Messages */

const STORE = "deltaport.language";

/** The language to begin with: chosen before, else the first that the browser asks for and we have. */
export function preferredLanguage() {
  const wanted = [recall(STORE), ...navigator.languages];
  for (const tag of wanted) {
    const base = tag?.split("-")[0];
    if (base && base in LANGUAGES) return base;
  }
  return "en";
}

/** @param {string} language */
export function rememberLanguage(language) {
  store(STORE, language);
}

/**
 * @param {string} language
 * @returns {Promise<Messages>}
 */
export async function loadMessages(language) {
  const answer = await fetch(new URL(`./messages/${language}.json`, import.meta.url));
  if (!answer.ok) throw new Error(`messages/${language}.json: ${answer.status}`);
  /** @type {Record<string, string>} */
  const words = await answer.json();
  return {
    language,
    has: (key) => key in words,
    add: (more) => void Object.assign(words, more),
    t: (key, params = {}) =>
      (words[key] ?? key).replace(/\{(\w+)\}/g, (whole, name) => String(params[name] ?? whole)),
  };
}

/**
 * Storage may be forbidden; the page works without.
 * @param {string} key
 */
export function recall(key) {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

/**
 * @param {string} key
 * @param {string} value
 */
export function store(key, value) {
  try {
    localStorage.setItem(key, value);
  } catch {
    // Not remembered, that is all.
  }
}
