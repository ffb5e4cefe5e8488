// ioredis, as programs use it; it is ready once INFO says that nothing is being loaded: node ioredis.cjs PORT
const assert = require("node:assert/strict");
const { Redis } = require("ioredis");

async function main() {
  const redis = new Redis(Number(process.argv[2]), "127.0.0.1", { connectionName: "io", retryStrategy: null, maxRetriesPerRequest: 0 });
  let isReady = false;
  redis.on("ready", () => { isReady = true; });
  assert.equal(await redis.echo("connected"), "connected");
  assert.ok(isReady);
  assert.equal(await redis.client("GETNAME"), "io");

  assert.equal(await redis.set("a", "1", "EX", 1000), "OK");
  assert.ok(await redis.ttl("a") > 990);
  assert.equal(await redis.set("a", "2", "NX"), null);
  assert.equal(await redis.get("none"), null);
  assert.deepEqual(await redis.mget("a", "none"), ["1", null]);
  assert.equal(await redis.hset("h", { f: "1", g: "two" }), 2);
  assert.deepEqual(await redis.hgetall("h"), { f: "1", g: "two" });
  assert.equal(await redis.rpush("l", "a", "b"), 2);
  assert.deepEqual(await redis.lrange("l", 0, -1), ["a", "b"]);
  await assert.rejects(redis.get("h"), /WRONGTYPE/);

  const pipeline = redis.pipeline();
  for (let number = 0; number < 500; number++) pipeline.set(`walk:${number}`, number);
  assert.equal((await pipeline.exec()).length, 500);
  const keys = new Set();
  for await (const found of redis.scanStream({ match: "walk:*", count: 17 })) found.forEach((key) => keys.add(key));
  assert.equal(keys.size, 500);

  assert.deepEqual(await redis.multi().set("a", "5").incr("a").exec(), [[null, "OK"], [null, 6]]);
  const other = redis.duplicate();
  await redis.watch("a");
  await other.set("a", "changed");
  assert.equal(await redis.multi().set("a", "lost").exec(), null);
  const bytes = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));
  await redis.set("bytes", bytes);
  assert.ok(bytes.equals(await redis.getBuffer("bytes")));
  assert.equal(await redis.call("REWIND", "SET", "user", "name", "Ada"), "OK");
  assert.equal(await redis.call("GET", "user", "name"), "Ada");
  await other.quit();
  await redis.quit();
  console.log("done");
}

main().catch((error) => { console.error(error); process.exit(1); });
