import assert from 'node:assert/strict'

// The scope of a service worker, as far as the stores behind the queues look at it.
globalThis.location ??= new URL('https://app.example/page')

const { QueueStore } = await import('workbox-background-sync/lib/QueueStore.js')
const { StorableRequest } = await import('workbox-background-sync/lib/StorableRequest.js')
const { CacheTimestampsModel } = await import('workbox-expiration/models/CacheTimestampsModel.js')

const request = async (path, body) =>
  (
    await StorableRequest.fromRequest(
      new Request(`https://app.example/${path}`, { method: 'POST', body, headers: { 'x-a': '1' } }),
    )
  ).toObject()

export const first = {
  async 'requests queue at both ends, each queue for itself'() {
    const [mail, other] = [new QueueStore('mail'), new QueueStore('other')]
    await mail.pushEntry({ requestData: await request('2', 'two'), timestamp: 2 })
    await mail.pushEntry({ requestData: await request('3', 'three'), timestamp: 3 })
    await mail.unshiftEntry({ requestData: await request('1', 'one'), timestamp: 1 })
    await other.pushEntry({ requestData: await request('o', 'other'), timestamp: 9 })
    const order = (await mail.getAll()).map(({ timestamp }) => timestamp)
    assert.deepEqual(order, [1, 2, 3])
    assert.equal((await mail.popEntry()).timestamp, 3)
    assert.equal(await mail.size(), 2)
    assert.equal(await other.size(), 1)
  },
  async 'a stored request can be sent again, body and headers included'() {
    const mail = new QueueStore('mail')
    const { requestData, timestamp } = await mail.shiftEntry()
    const again = new StorableRequest(requestData).toRequest()
    assert.deepEqual([timestamp, await again.text(), again.headers.get('x-a')], [1, 'one', '1'])
  },
  async 'timestamps expire by age and by count'() {
    const model = new CacheTimestampsModel('images')
    for (let i = 0; i < 20; i++) await model.setTimestamp(`https://app.example/${i}`, 1000 + i)
    await new CacheTimestampsModel('fonts').setTimestamp('https://app.example/0', 1)
    const byAge = await model.expireEntries(1005, 100)
    assert.equal(byAge.length, 5)
    const byCount = await model.expireEntries(0, 10)
    assert.equal(byCount.length, 5)
    assert.equal(await model.getTimestamp('https://app.example/19'), 1019)
  },
}

export const second = {
  async 'a second process finds the queues'() {
    const entry = await new QueueStore('mail').shiftEntry()
    assert.equal(entry.timestamp, 2)
    assert.equal(await new StorableRequest(entry.requestData).toRequest().text(), 'two')
    assert.equal((await new QueueStore('other').getAll()).length, 1)
  },
  async 'and the timestamps'() {
    const model = new CacheTimestampsModel('images')
    assert.equal(await model.getTimestamp('https://app.example/10'), 1010)
    assert.equal(await model.getTimestamp('https://app.example/9'), undefined)
    assert.equal(await new CacheTimestampsModel('fonts').getTimestamp('https://app.example/0'), 1)
  },
}
