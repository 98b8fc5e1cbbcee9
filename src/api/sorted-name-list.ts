import { type DOMStringList, stringList } from './webidl/DOMStringList.ts'

/** https://w3c.github.io/IndexedDB/#create-a-sorted-name-list: by code unit, as JavaScript's own sort does. */
export function sortedNameList(names: Iterable<string>): DOMStringList {
  return stringList([...names].sort())
}
