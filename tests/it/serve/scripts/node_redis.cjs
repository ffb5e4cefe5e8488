// node-redis, as programs use it: node node_redis.cjs PORT PROTOCOL
const assert = require("node:assert/strict");
const { createClient, WatchError } = require("redis");

const [port, protocol] = process.argv.slice(2).map(Number);

async function main() {
  const client = createClient({ socket: { host: "127.0.0.1", port }, name: "node", RESP: protocol });
  client.on("error", (error) => { throw error; });
  await client.connect();
  assert.equal(await client.echo("connected"), "connected");
  assert.equal(await client.clientGetName(), "node");

  assert.equal(await client.set("a", "1", { expiration: { type: "EX", value: 1000 } }), "OK");
  assert.ok(await client.ttl("a") > 990);
  assert.equal(await client.set("a", "2", { condition: "NX" }), null);
  assert.equal(await client.get("a"), "1");
  assert.equal(await client.get("none"), null);
  assert.equal(await client.incrBy("n", 41), 41);
  assert.deepEqual(await client.mGet(["a", "none", "n"]), ["1", null, "41"]);

  assert.equal(await client.hSet("h", { f: "1", g: "two" }), 2);
  assert.deepEqual({ ...await client.hGetAll("h") }, { f: "1", g: "two" });
  const fields = [];
  for await (const found of client.hScanIterator("h")) fields.push(...found.map(({ field }) => field));
  assert.deepEqual(fields.sort(), ["f", "g"]);
  assert.equal(await client.rPush("l", ["a", "b"]), 2);
  assert.deepEqual(await client.lRange("l", 0, -1), ["a", "b"]);
  await assert.rejects(client.get("h"), /WRONGTYPE/);

  // What is asked at once goes as one pipeline.
  const all = await Promise.all(Array.from({ length: 500 }, (_, number) => client.set(`walk:${number}`, String(number))));
  assert.equal(all.length, 500);
  const keys = new Set();
  for await (const found of client.scanIterator({ MATCH: "walk:*", COUNT: 17 })) found.forEach((key) => keys.add(key));
  assert.equal(keys.size, 500);

  assert.deepEqual(await client.multi().set("a", "5").incr("a").get("a").exec(), ["OK", 6, "6"]);
  const other = await client.duplicate().connect();
  await client.watch("a");
  await other.set("a", "changed");
  await assert.rejects(client.multi().set("a", "lost").exec(), WatchError);
  await client.watch("a");
  assert.deepEqual(await client.multi().get("a").exec(), ["changed"]);

  const bytes = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));
  await client.set(Buffer.from([0xff]), bytes);
  const { RESP_TYPES } = require("redis");
  const raw = client.withTypeMapping({ [RESP_TYPES.BLOB_STRING]: Buffer });
  assert.ok(bytes.equals(await raw.get(Buffer.from([0xff]))));
  assert.equal(await client.sendCommand(["REWIND", "SET", "user", "name", "Ada"]), "OK");
  assert.equal(await client.sendCommand(["GET", "user", "name"]), "Ada");
  await other.close();
  await client.close();
  console.log("done");
}

main().catch((error) => { console.error(error); process.exit(1); });
