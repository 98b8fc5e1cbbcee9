export default { serverExternalPackages: ['idb-everywhere'] }
