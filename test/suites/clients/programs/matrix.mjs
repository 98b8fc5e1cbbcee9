import assert from 'node:assert/strict'
import {
  DeviceId,
  OlmMachine,
  RequestType,
  RoomId,
  UserId,
  initAsync,
} from '@matrix-org/matrix-sdk-crypto-wasm'
import { IndexedDBStore } from 'matrix-js-sdk/lib/store/indexeddb.js'
import { MatrixEvent } from 'matrix-js-sdk/lib/models/event.js'
import { User } from 'matrix-js-sdk/lib/models/user.js'

const openMachine = async (user) => {
  await initAsync()
  return OlmMachine.initialize(
    new UserId(`@${user}:example.org`),
    new DeviceId('DEVICE'),
    `crypto ${user}`,
    'a passphrase',
  )
}

const sync = (batch) => ({
  next_batch: batch,
  rooms: { join: {}, invite: {}, leave: {}, knock: {} },
  account_data: { events: [{ type: 'm.direct', content: { batch } }] },
})

/** What a user's presence is known by. */
const presence = new MatrixEvent({
  type: 'm.presence',
  sender: '@bob:example.org',
  content: { presence: 'online' },
})

let keysBefore = ''

export const first = {
  async 'a crypto store keeps an account, encrypted under a passphrase'() {
    const machine = await openMachine('alice')
    keysBefore = machine.identityKeys.ed25519.toBase64()
    const requests = await machine.outgoingRequests()
    assert.ok(requests.some(({ type }) => type === RequestType.KeysUpload))
    await machine.bootstrapCrossSigning(true)
    const status = await machine.crossSigningStatus()
    assert.ok(status.hasMaster && status.hasSelfSigning && status.hasUserSigning)
    machine.close()
  },
  async 'it opens again with the passphrase, and not with another'() {
    const machine = await openMachine('alice')
    assert.equal(machine.identityKeys.ed25519.toBase64(), keysBefore)
    machine.close()
    const user = new UserId('@alice:example.org')
    await assert.rejects(
      OlmMachine.initialize(user, new DeviceId('DEVICE'), 'crypto alice', 'another'),
    )
  },
  async 'many stores stand side by side'() {
    const machines = await Promise.all(Array.from({ length: 5 }, (_, i) => openMachine(`user${i}`)))
    const keys = new Set(machines.map(({ identityKeys }) => identityKeys.ed25519.toBase64()))
    assert.equal(keys.size, 5)
    for (const machine of machines) machine.close()
  },
  async 'room keys exported by one are imported by another'() {
    const [alice, bob] = await Promise.all(['alice', 'bob'].map(openMachine))
    const exported = await alice.exportRoomKeys(() => true)
    const { totalCount } = await bob.importExportedRoomKeys(exported, () => {})
    assert.equal(totalCount, JSON.parse(exported).length)
    assert.equal(new RoomId('!room:example.org').toString(), '!room:example.org')
    alice.close()
    bob.close()
  },
  async 'a sync store saves what it accumulates, and its users'() {
    const store = new IndexedDBStore({ indexedDB, dbName: 'main' })
    await store.startup()
    for (const batch of ['s1', 's2']) await store.setSyncData(sync(batch))
    const user = new User('@bob:example.org')
    user.setPresenceEvent(presence)
    store.storeUser(user)
    await store.save(true)
    await store.setOutOfBandMembers('!room:example.org', [
      {
        type: 'm.room.member',
        state_key: '@bob:example.org',
        room_id: '!room:example.org',
        content: {},
      },
    ])
    await store.setPendingEvents('!room:example.org', [{ event_id: '$1' }])
    assert.equal((await store.getOutOfBandMembers('!room:example.org')).length, 1)
    await store.destroy()
  },
}

export const second = {
  async 'a second process finds the account with its keys'() {
    const machine = await openMachine('alice')
    const status = await machine.crossSigningStatus()
    assert.ok(status.hasMaster && status.hasSelfSigning && status.hasUserSigning)
    machine.close()
  },
  async 'and the accumulated sync'() {
    const store = new IndexedDBStore({ indexedDB, dbName: 'main' })
    store.setUserCreator((id) => new User(id))
    await store.startup()
    assert.equal(store.getUser('@bob:example.org').presence, 'online')
    assert.equal(await store.getSavedSyncToken(), 's2')
    const { accountData } = await store.getSavedSync()
    assert.deepEqual(
      accountData.map(({ content }) => content.batch),
      ['s2'],
    )
    assert.equal((await store.getOutOfBandMembers('!room:example.org')).length, 1)
    await store.deleteAllData()
    await store.destroy()
  },
}
