// Jest before version 28 does not read the "exports" of a package: there, the file has to be named.
module.exports = load()

function load() {
  try {
    return require('idb-everywhere/testing')
  } catch (error) {
    if (error.code !== 'MODULE_NOT_FOUND') throw error
    return require('idb-everywhere/dist/testing.cjs')
  }
}
