// What Node runs to start cognito-local, whose script is the one argument.

// What it writes is for its owner alone: passwords are in it in clear.
process.umask(0o077);

// Ends with the parent: when the parent dies, however it dies, the pipe closes.
process.stdin.resume().on("close", () => process.exit(0));

// Its store overwrites its files in place: a kill in the middle would leave half a file, or an empty one, which it takes
// for a pool without users. A file gets its name once it is whole.
const fs = require("node:fs");
const { writeFileSync, renameSync } = fs;
function replace(path, text) {
  writeFileSync(`${path}.partial`, text, { mode: 0o600 });
  renameSync(`${path}.partial`, path);
}
fs.writeFileSync = replace;
fs.writeFile = (path, text, done) => {
  try {
    replace(path, text);
  } catch (error) {
    return process.nextTick(done, error);
  }
  process.nextTick(done, null);
};

require(process.argv[1]);
