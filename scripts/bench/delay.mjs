// Stands before a server and delays every round trip, that of connecting included, for whoever asks:
//   node scripts/bench/delay.mjs PORT MS   prints its own port; on SIGUSR2 how many requests it has seen
import { createServer, connect } from "node:net";

const [target, delay] = process.argv.slice(2).map(Number);
let requests = 0;

const server = createServer({ noDelay: true }, (client) => {
  const upstream = connect({ port: target, host: "127.0.0.1", noDelay: true });
  // A connection is there a round trip after it was asked for; what is sent before waits for it.
  const openAt = performance.now() + delay;
  client.on("data", (bytes) => {
    requests +=
      bytes.toString("latin1").match(/^(?:GET|POST|PUT|DELETE) \/\S* HTTP/gm)?.length ?? 0;
    const at = Math.max(performance.now(), openAt) + delay;
    setTimeout(() => upstream.write(bytes), at - performance.now());
  });
  upstream.on("data", (bytes) => client.write(bytes));
  const end = () => {
    client.destroy();
    upstream.destroy();
  };
  for (const socket of [client, upstream]) socket.on("close", end).on("error", end);
});
server.listen(0, "127.0.0.1", () => process.stdout.write(`${server.address().port}\n`));
process.on("SIGUSR2", () => {
  process.stdout.write(`${requests}\n`);
  requests = 0;
});
