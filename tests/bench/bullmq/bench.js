// What BullMQ does with empty handlers, on the Redis of this port.
//
//   node bench.js drain PORT JOBS WORKERS CONCURRENCY
//   node bench.js latency PORT JOBS PAUSE_MS
//
// drain fills a queue, then starts so many workers in this process and waits until every job is
// completed: {"jobs":N,"seconds":S}. latency adds jobs one at a time to a queue whose worker waits,
// and says how long after the call of add the handler was entered:
// {"jobs":N,"p50_us":…,"p99_us":…,"max_us":…}.
'use strict';
const { Queue, Worker } = require('bullmq');

const now = () => Number(process.hrtime.bigint()) / 1e3;
const quantile = (sorted, part) => sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * part) - 1)];

async function ready(name, connection, concurrency, handler) {
  const worker = new Worker(name, handler, { connection, concurrency, autorun: false });
  worker.on('error', (problem) => { throw problem; });
  worker.on('failed', (job, problem) => { throw problem; });
  await worker.waitUntilReady();
  return worker;
}

async function drain(connection, jobs, count, concurrency) {
  const name = `drain-${process.pid}`;
  const queue = new Queue(name, { connection });
  for (let added = 0; added < jobs; added += 1000) {
    const some = Math.min(1000, jobs - added);
    await queue.addBulk(Array.from({ length: some }, () => ({ name: 'empty', data: {} })));
  }
  const workers = [];
  for (let i = 0; i < count; ++i) workers.push(await ready(name, connection, concurrency, async () => {}));
  const begun = now();
  await new Promise((resolve) => {
    let left = jobs;
    for (const worker of workers) {
      worker.on('completed', () => { if (--left === 0) resolve(); });
      worker.run();
    }
  });
  console.log(JSON.stringify({ jobs, seconds: (now() - begun) / 1e6 }));
}

async function latency(connection, jobs, pause) {
  const name = `latency-${process.pid}`;
  const queue = new Queue(name, { connection });
  let entered;
  const worker = await ready(name, connection, 1, async () => entered(now()));
  worker.run();
  const took = [];
  for (let i = 0; i < jobs; ++i) {
    await new Promise((resolve) => setTimeout(resolve, pause));
    const handled = new Promise((resolve) => { entered = resolve; });
    const begun = now();
    await queue.add('empty', {});
    took.push(await handled - begun);
  }
  took.sort((a, b) => a - b);
  console.log(JSON.stringify({
    jobs, p50_us: quantile(took, 0.5), p99_us: quantile(took, 0.99), max_us: took[took.length - 1],
  }));
}

async function main() {
  const [mode, port, ...numbers] = process.argv.slice(2);
  const connection = { host: '127.0.0.1', port: Number(port), maxRetriesPerRequest: null };
  const modes = { drain, latency };
  await modes[mode](connection, ...numbers.map(Number));
  process.exit(0);
}

main().catch((problem) => {
  console.error(problem);
  process.exit(1);
});
