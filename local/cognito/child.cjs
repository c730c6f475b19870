// Starts cognito-local. The argument is the path of its script.

// Its files contain passwords in clear text, so only their owner may read them.
process.umask(0o077);

// The parent's end, however it ends, closes the pipe and ends this process.
process.stdin.resume().on("close", () => process.exit(0));

// cognito-local overwrites its files in place. A kill would leave a truncated file or an empty one,
// which it takes for a pool without users. So each file is written under another name and renamed
// when it is complete.
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
