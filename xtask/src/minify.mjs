// Makes the page's files small: for each pair in the list that the argument names, reads the file at
// the first path and writes it, in fewer bytes and with the same meaning, to the second.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, extname } from "node:path";
import { transform } from "lightningcss";
import { minify } from "terser";

const MINIFIERS = {
  // Without a target it rewrites nothing for older browsers.
  ".css": (source, filename) => transform({ code: Buffer.from(source), filename, minify: true }).code,
  ".js": async (source, filename) => {
    // Names of properties stay: the wasm, the glue and the page know each other by them.
    const options = { compress: { passes: 2 }, ecma: 2020, mangle: true, module: true };
    return (await minify({ [filename]: source }, options)).code;
  },
  ".json": (source) => JSON.stringify(JSON.parse(source)),
};

for (const [from, to] of JSON.parse(readFileSync(process.argv[2], "utf8"))) {
  try {
    const small = await MINIFIERS[extname(from)](readFileSync(from, "utf8"), from);
    mkdirSync(dirname(to), { recursive: true });
    writeFileSync(to, small);
  } catch (error) {
    const { line, col, column = col } = error.loc ?? error;
    console.error([from, line, column].filter((part) => part !== undefined).join(":"), error.message);
    process.exitCode = 1;
  }
}
