// Runs a program with Pyodide under Node: `node pyodide.mjs -c CODE` or `node pyodide.mjs FILE`.
import { readFileSync } from "node:fs";
import { loadPyodide } from "pyodide";

const [word, code] = process.argv.slice(2);
const python = await loadPyodide();
python.runPython(word === "-c" ? code : readFileSync(word, "utf8"));
