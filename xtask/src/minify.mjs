// Makes the page's files small. The argument names a list in JSON: the folder for what comes out, and
// for each place in the site the file that belongs there. Scripts are joined: each file that no other
// imports as it loads becomes one script with everything that it does import so; what is imported on
// demand stays a file of its own.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, extname, join, posix } from "node:path";
import { transform } from "lightningcss";
import { rollup } from "@rollup/wasm-node";
import { minify } from "terser";

const { output, files } = JSON.parse(readFileSync(process.argv[2], "utf8"));
const scripts = Object.keys(files).filter((place) => extname(place) === ".js");

/** The scripts that no other script imports. */
const roots = [];

/** Finds scripts by their place in the site, wherever they are on disk. */
const site = {
  name: "site",
  resolveId(id, importer) {
    const place = importer ? posix.join(posix.dirname(importer), id) : id;
    return place in files ? place : null;
  },
  load: (place) => readFileSync(files[place], "utf8"),
};

const graph = {
  name: "graph",
  buildEnd() {
    roots.push(
      ...scripts.filter((place) => {
        const { importers, dynamicImporters } = this.getModuleInfo(place);
        return importers.length + dynamicImporters.length === 0;
      }),
    );
  },
};

const options = {
  preserveEntrySignatures: "allow-extension",
  onLog(level, log) {
    // A file of types alone has nothing left.
    if (level === "warn" && log.code !== "EMPTY_BUNDLE") throw log;
  },
};

async function joinScripts() {
  if (scripts.length === 0) return;
  await (await rollup({ ...options, input: scripts, plugins: [site, graph] })).close();
  const bundle = await rollup({ ...options, input: roots, plugins: [site] });
  const named = ({ facadeModuleId, name }) => facadeModuleId ?? `${name}.js`;
  const { output: chunks } = await bundle.generate({
    format: "es",
    generatedCode: "es2015",
    hoistTransitiveImports: false,
    entryFileNames: named,
    chunkFileNames: named,
  });
  for (const { fileName, code } of chunks.filter(({ code }) => code.trim())) {
    // Names of properties stay: the wasm, the glue and the page know each other by them.
    const options = { compress: { passes: 3 }, ecma: 2020, mangle: true, module: true };
    write(fileName, (await minify({ [fileName]: code }, options)).code);
  }
}

const MINIFIERS = {
  // Without a target it rewrites nothing for older browsers.
  ".css": (source, filename) => transform({ code: Buffer.from(source), filename, minify: true }).code,
  ".json": (source) => JSON.stringify(JSON.parse(source)),
};

function write(place, text) {
  const to = join(output, place);
  mkdirSync(dirname(to), { recursive: true });
  writeFileSync(to, text);
}

async function tell(file, work) {
  try {
    await work();
  } catch (error) {
    const { file: place, line, column, col = column } = error.loc ?? error;
    const parts = [file ?? files[error.id ?? place], line, col];
    console.error(parts.filter((part) => part !== undefined).join(":"), error.message);
    process.exitCode = 1;
  }
}

await tell(undefined, joinScripts);
for (const [place, file] of Object.entries(files)) {
  const small = MINIFIERS[extname(place)];
  if (small) await tell(file, () => write(place, small(readFileSync(file, "utf8"), file)));
}
