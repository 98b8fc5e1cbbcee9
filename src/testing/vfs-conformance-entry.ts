/** What `idb-everywhere/vfs/conformance` gives to people who write a VFS: the suite, and faults to test their own code by. */
export { vfsConformance, type TestTools, type VfsUnderTest } from './vfs-conformance.ts'
export { faulty, type CallKind, type Fault, type FaultPlan, type FaultyVfs } from './fault-vfs.ts'
