// Numbers with units, in the reader's language.

/** @typedef {ReturnType<typeof formats>} Format */

/** @param {string} language */
export function formats(language) {
  /** @type {Map<string, Intl.NumberFormat>} */
  const made = new Map();
  /** @param {string} unit @param {number} digits */
  const unit = (unit, digits) => {
    const key = unit + digits;
    let format = made.get(key);
    if (!format) {
      format = new Intl.NumberFormat(language, {
        style: unit ? "unit" : "decimal",
        // Short bytes have no plural: "2 byte".
        ...(unit && { unit, unitDisplay: unit === "byte" ? "long" : "short" }),
        minimumFractionDigits: digits,
        maximumFractionDigits: digits,
      });
      made.set(key, format);
    }
    return format;
  };
  /** @param {number} n @param {string} [per] */
  const scaled = (n, per = "") => {
    if (n < 1000) return unit("byte" + per, 0).format(n);
    if (n < 1e6) return unit("kilobyte" + per, n < 1e5 ? 1 : 0).format(n / 1000);
    return unit("megabyte" + per, 2).format(n / 1e6);
  };
  const date = new Intl.DateTimeFormat(language, { dateStyle: "medium" });

  return {
    /** @param {number} n */
    number: (n) => unit("", 0).format(n),
    /** Every byte counts where sizes are compared. @param {number} n */
    bytes: (n) => unit("byte", 0).format(n),
    /** @param {number} n */
    size: (n) => scaled(n),
    /** @param {number} n bytes per second */
    rate: (n) => scaled(n, "-per-second"),
    /** @param {number} n 0 to 100 */
    percent: (n) => unit("percent", 0).format(n),
    /** @param {number} ms */
    duration(ms) {
      const seconds = Math.max(0, Math.round(ms / 1000));
      if (ms < 9950 && ms % 1000 >= 50) return unit("second", 1).format(ms / 1000);
      if (seconds < 60) return unit("second", 0).format(seconds);
      const minutes = Math.floor(seconds / 60);
      const rest = seconds % 60;
      const whole = unit("minute", 0).format(minutes);
      return rest && minutes < 10 ? `${whole} ${unit("second", 0).format(rest)}` : whole;
    },
    /** For counting up and down: whole seconds only. @param {number} ms */
    clock(ms) {
      return this.duration(Math.round(Math.max(0, ms) / 1000) * 1000);
    },
    /** @param {number} at milliseconds since 1970 */
    date: (at) => date.format(at),
    /** Time of the day with milliseconds, as a log wants it. @param {number} at performance.now() */
    stamp(at) {
      const d = new Date(performance.timeOrigin + at);
      /** @param {number} n @param {number} width */
      const pad = (n, width) => String(n).padStart(width, "0");
      return `${pad(d.getHours(), 2)}:${pad(d.getMinutes(), 2)}:${pad(d.getSeconds(), 2)}.${pad(d.getMilliseconds(), 3)}`;
    },
    /** The 16-bit checksum as the module prints it. @param {number} n */
    checksum: (n) => n.toString(16).padStart(4, "0"),
    /** USB ids as everyone writes them. @param {number} n */
    id: (n) => n.toString(16).padStart(4, "0"),
    /** 15 digits, all but the last four hidden. @param {string} imei */
    masked: (imei) => imei.slice(0, -4).replace(/./g, "•") + imei.slice(-4),
  };
}
