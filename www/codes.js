// The vendor note's own words for its numbers, shown under "Details". Our words are in the messages.

/** BG95, BG77 and BG600L, note V1.4, tables 3 and 4. @type {Record<number, string>} */
const NOTE = {
  504: "Firmware update failed",
  505: "Update package does not exist",
  506: "Update package check failed",
  507: "Decompress failed",
  508: "Compress failed",
  509: "Failed to copy compress data",
  510: "Restore failed",
  511: "Package is mismatched with the current firmware",
  512: "DFOTA unknown error",
  590: "Invalid input parameter",
  591: "DFOTA is ongoing",
  592: "DFOTA is not in downloading",
  593: "DFOTA package does not exist or failed to open",
  594: "DFOTA memory allocation failed",
};
/** One number means one thing in these tables, so they can be told apart by it. */
const TABLES = /** @type {[string, number, number][]} */ ([
  ["update", 504, 512],
  ["cme", 590, 594],
]);

/**
 * The message key of a number, and the note's words for it.
 * @param {number | null | undefined} number
 * @returns {{ key: string, note: string } | undefined} nothing for a number that the note does not list
 */
export function codeWords(number) {
  if (number == null || !(number in NOTE)) return undefined;
  const table = TABLES.find(([, from, to]) => number >= from && number <= to);
  return table && { key: `code.bg95.${table[0]}.${number}`, note: /** @type {string} */ (NOTE[number]) };
}
